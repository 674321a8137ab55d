// Goes through the page of `redqueen explore` in a real browser, as a person would. Run from the root of the repository:
//   node tests/browser/explore.mjs PROGRAM FOLDER
// with Debian's chromium, and playwright-core and axe-core where FOLDER/node_modules has them. FOLDER gets what is saved.
import { spawn, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import assert from "node:assert/strict";
import { settled } from "./settled.mjs";

const [program, folder] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(join(folder, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.env.PICTURES;

// Starts the program and gives its address.
function serve(...args) {
  const server = spawn(program, ["explore", "--no-open", "--out", join(folder, "saved"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((done, failed) => {
    server.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
    server.stdout.once("data", (text) => done([server, String(text).split("\n")[0]]));
  });
}

// A tab whose errors and requests are watched.
async function open(context, address, hash = "") {
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["blob:", "data:"].includes(url.protocol) && url.hostname !== "127.0.0.1") faults.push(`a request left: ${url}`);
  });
  await page.goto(address + hash);
  await page.waitForSelector("#changed-pictures figure svg");
  return { page, faults };
}

const svg = (page, id) => page.locator(`#${id} svg`).innerHTML();
const slider = (page, key) => page.locator(`#moving [data-key="${key}"] input[type=range]`);

// Moves a slider as a hand does and waits for the picture to follow.
async function move(page, key, place) {
  await slider(page, key).evaluate((input, place) => {
    input.value = place;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, place);
}

// The parameter that moves the gap at the end most, which the page offers first.
const first = "mechanisms.diffusion.border_openness";

async function looks({ page }) {
  await settled(page, 2);
  assert.equal(await page.title(), "redqueen explore");
  assert.ok((await page.locator("#changed-pictures figure").count()) >= 5, "pictures of the baseline");
  assert.equal(await page.locator("#moving .row").count(), 5);
  // The table tells no index of the gap at the end from nothing, and more of others.
  const note = page.locator("#moving-note");
  assert.match(await note.innerText(), /does not tell what moves this outcome/);
  await page.selectOption("#outcome", "compute_leader_end");
  assert.match(await note.innerText(), /^What moves the outcome most/);
  await page.selectOption("#outcome", "gap_rating_end");
}

// Where there is nothing to compare the page says why, and what is wrong is told where it is seen.
async function tells(context, address) {
  const { page, faults } = await open(context, address, "#set=time.months%3D60");
  await settled(page, 2);
  assert.match(await page.locator("#status").innerText(), /Nothing but the months differs/);
  assert.equal(await page.locator("#notes").innerText(), "");
  const group = page.locator("summary", { hasText: /parameters of research:/ });
  await group.click();
  const row = page.locator('#groups [data-key="mechanisms.research.harder"]');
  await row.locator("input[type=number]").fill("1e9");
  await row.locator("input[type=number]").press("Enter");
  await page.waitForFunction(() => document.querySelector('#groups .row[data-key="mechanisms.research.harder"] .wrong').textContent);
  assert.equal(await page.locator("#errors").innerText(), "", "it is told at its field");
  await group.click();
  await page.waitForFunction(() => /research\.harder/.test(document.getElementById("errors").innerText));
  await group.click();
  await page.waitForFunction(() => document.getElementById("errors").innerText === "");
  return { page, faults };
}

// A program that ends while worlds run is told of, and not taken for a mistake in the change.
async function ends(context) {
  const [server, address] = await serve("--threads", "1", "--months", "600");
  server.removeAllListeners("exit");
  const { page } = await open(context, address);
  server.kill("SIGINT");
  await page.waitForFunction(() => document.getElementById("status").textContent.startsWith("Broken off"));
  await move(page, first, 900);
  await page.waitForFunction(() => /does not answer/.test(document.getElementById("errors").innerText));
  assert.doesNotMatch(await page.locator("#status").innerText(), /last change that was right/);
  await page.close();
}

async function moves({ page }) {
  await move(page, first, 900);
  await page.waitForSelector("#difference-difference svg");
  await settled(page, 2);
  const before = await svg(page, "difference-difference");
  assert.match(await page.locator("#changed").innerText(), new RegExp(first));
  await move(page, first, 100);
  await settled(page, 2);
  assert.notEqual(await svg(page, "difference-difference"), before, "the picture follows the slider");
}

async function refuses({ page }) {
  const field = page.locator(`#moving [data-key="${first}"] input[type=number]`);
  await field.fill("1e9");
  await field.press("Enter");
  await page.waitForFunction((key) => document.querySelector(`#moving [data-key="${key}"] .wrong`).textContent.length > 0, first);
  // The pictures are those of the change before, and are said to be.
  assert.ok((await page.locator("figure.stale").count()) > 5);
  assert.match(await page.locator("#status").innerText(), /^Not run/);
  await judged({ page }, "the page with pictures of the change before");
  await page.click("#reset");
  await page.waitForFunction((key) => document.querySelector(`#moving [data-key="${key}"] .wrong`).textContent === "", first);
}

// What may be a mistake is told at its field and runs all the same.
async function warns({ page }) {
  await page.fill("#search", "diffusion xi open");
  const row = page.locator('#groups [data-key="mechanisms.diffusion.xi_open"]');
  await row.locator("input[type=number]").fill("11");
  await row.locator("input[type=number]").press("Enter");
  await settled(page, 2);
  assert.match(await row.locator(".wrong.is-warning").innerText(), /\w/);
  assert.equal(await page.locator("figure.stale, #outcomes.stale").count(), 0, "all is of the change");
  await page.click("#reset");
  await page.fill("#search", "");
  await page.waitForFunction(() => !document.querySelector(".is-warning"));
}

// Numbers under the keys, and the picture and its numbers as files.
async function reads({ page }) {
  await move(page, first, 700);
  await settled(page, 500);
  const picture = page.locator("#difference-difference svg");
  await picture.focus();
  for (const key of ["PageDown", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  assert.match(await page.locator("#reading").innerText(), /2024-03/);
  // A picture that is drawn anew leaves them where they are.
  await page.evaluate(() => { document.querySelector("#difference-difference svg").dataset.old = "yes"; });
  await move(page, first, 720);
  await page.waitForSelector("#difference-difference svg:not([data-old])");
  assert.match(await page.locator("#reading").innerText(), /2024-03/);
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator("#reading").innerText(), /2024-04/);
  await settled(page, 500);
  await page.keyboard.press("Escape");
  for (const [word, begins] of [["CSV", "plot,unit,line,date,value,p05,p95\n"], ["SVG", "<svg"]]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#difference-difference").getByRole("button", { name: word }).click()]);
    const text = readFileSync(await download.path(), "utf8");
    assert.ok(text.startsWith(begins), text.slice(0, 80));
    assert.equal(download.suggestedFilename(), `difference-difference.${word.toLowerCase()}`);
    if (word === "CSV") assert.ok(text.split("\n").length > 100, "a line a month");
  }
}

// The forecast that was made at a month, and what came.
async function looksBack({ page }) {
  await page.waitForSelector("#as-of-forecast svg");
  const before = await svg(page, "as-of-forecast");
  const slider = page.locator("#as-of");
  await slider.focus();
  await page.keyboard.press("End");
  await page.waitForFunction((before) => document.querySelector("#as-of-forecast svg").innerHTML !== before, before);
  assert.equal(await slider.getAttribute("aria-valuetext"), "2024-12");
  assert.match(await page.locator("#forecast figcaption").innerText(), /No month after 2024-12/);
}

async function switches({ page }) {
  const box = page.locator('input[role=switch][data-key="mechanisms.export_controls.enabled"]');
  await box.focus();
  await page.keyboard.press("Space");
  await page.waitForSelector("#difference-difference svg");
  await settled(page, 2);
  assert.match(await page.locator("#changed").innerText(), /export_controls\.enabled = false/);
}

async function drags({ page }) {
  await page.selectOption("#scenario", "taiwan-blockade");
  const end = page.getByRole("slider", { name: "Taiwan blockade, first month" });
  await end.focus();
  const before = await end.getAttribute("aria-valuetext");
  await page.keyboard.press("Shift+ArrowLeft");
  assert.notEqual(await end.getAttribute("aria-valuetext"), before);
  assert.match(await page.locator("#changed").innerText(), /Taiwan blockade'\.from = 2027-01/);
  await settled(page, 2);
  // By the pointer too: a sixth of the span to the right, from 2027.
  const bar = page.getByRole("group", { name: "shock Taiwan blockade" }).locator(".bar");
  await bar.scrollIntoViewIfNeeded();
  const [{ x, y, width }, track] = [await bar.boundingBox(), await bar.locator("..").boundingBox()];
  await page.mouse.move(x + width / 2, y + 8);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + track.width / 6, y + 8, { steps: 5 });
  await page.mouse.up();
  assert.match(await page.locator("#changed").innerText(), /Taiwan blockade'\.from = 2028-0[789]/);
}

// A policy that is added, dragged and taken out.
async function adds({ page }) {
  await page.selectOption("#new-lever", "talent");
  await page.fill("#new-value", "0.2");
  await page.click("#new-policy button");
  const end = page.getByRole("slider", { name: "added 1, first month" });
  await end.focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator("#changed").innerText(), /lever = "talent", value = 0\.2\}/);
  assert.match(await page.locator("#changed").innerText(), /policies\.'added 1'\.from = 2026-02/);
  await page.waitForSelector("#difference-difference svg");
  await settled(page, 2);
  assert.equal(await page.locator("#errors").innerText(), "");
  await page.getByRole("button", { name: "Take out added 1" }).click();
  assert.doesNotMatch(await page.locator("#changed").innerText(), /added 1/);
}

// A search finds a parameter by words, and a group opens by its summary.
async function finds({ page }) {
  await page.fill("#search", "breakthrough nats");
  await page.waitForSelector('#groups [data-key="mechanisms.research.breakthrough_nats"]');
  await page.fill("#search", "");
  await page.getByText("parameters of research").click();
  await page.waitForSelector('#groups [data-key="mechanisms.research.harder"]');
}

// The scenario that is saved gives the same numbers when the program runs it.
async function saves({ page }) {
  await page.selectOption("#scenario", "");
  await move(page, first, 900);
  await settled(page, 24);
  // Both at once: between two looks more worlds may come.
  const [runs, rows] = await page.locator("#results").evaluate((results) => {
    const rows = [...document.querySelectorAll("#outcomes tr[data-outcome]")].map((row) => [row.dataset.outcome, Number(row.dataset.changed)]);
    return [Number(results.dataset.runs), rows];
  });
  await page.click("#save");
  const name = `saved-${process.pid}`;
  await page.fill("#name", name);
  await page.click("#write");
  await page.waitForFunction(() => document.getElementById("written").textContent.startsWith("Written"));
  const command = await page.inputValue("#command");
  assert.match(command, new RegExp(`^redqueen batch .*--set ${first}=`));
  await page.click("#close");
  return { name, rows, runs };
}

function compare({ name, rows, runs }) {
  const out = join(folder, `out-${name}`);
  execFileSync(program, ["batch", join(folder, "saved", `${name}.toml`), "--runs", String(runs), "--record", "none", "--quiet", "--out", out]);
  const [head, ...lines] = readFileSync(join(out, "runs.csv"), "utf8").trim().split("\n").map((line) => line.split(","));
  assert.equal(lines.length, runs);
  assert.ok(rows.length > 5);
  for (const [outcome, mean] of rows) {
    const values = lines.map((line) => line[head.indexOf(outcome)]).filter((cell) => cell !== "").map(Number);
    const own = values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(own - mean) <= 1e-9 * Math.max(1, Math.abs(own)), `${outcome}: ${own} and on the page ${mean}`);
  }
}

async function replays({ page }) {
  await page.click("#open-worlds");
  await page.waitForSelector("#world-changed figure svg");
  assert.equal(await page.locator("#worlds > section:visible").count(), 2, "two worlds side by side");
  const all = await page.locator("#world-changed li").count();
  await page.locator("#month").fill("12");
  await page.waitForFunction((all) => document.querySelectorAll("#world-changed li").length < all, all);
}

// A link restores everything in a tab of its own, and both tabs go on.
async function links(context, one, address) {
  const hash = new URL(one.page.url()).hash;
  const two = await open(context, address, hash);
  assert.equal(await two.page.locator("#changed").innerText(), await one.page.locator("#changed").innerText());
  assert.equal(await two.page.locator("#notes").innerText(), "", "it was made on the same base");
  await Promise.all([move(one.page, first, 300), move(two.page, first, 700)]);
  await Promise.all([settled(one.page, 8), settled(two.page, 8)]);
  assert.notEqual(await svg(one.page, "difference-difference"), await svg(two.page, "difference-difference"));
  return two;
}

// A link of another base says so; an outcome that does not come first is shown, and one that there is not is refused.
async function strangeLinks(context, address) {
  const { page, faults } = await open(context, address, "#base=000000000000&outcome=gap_rating_12");
  await settled(page, 2);
  assert.match(await page.locator("#notes").innerText(), /made on another base/);
  assert.equal(await page.inputValue("#outcome"), "gap_rating_12");
  assert.equal(await page.locator("tr.looked-at").getAttribute("data-outcome"), "gap_rating_12");
  await page.goto(`${address}#outcome=nothing`);
  await page.waitForFunction(() => /no outcome of this program/.test(document.getElementById("notes").innerText));
  assert.equal(await page.inputValue("#outcome"), "gap_rating_12");
  await page.goto(`${address}#base=000000000000&scenario=nothing`);
  await page.waitForFunction(() => /this program does not have/.test(document.getElementById("notes").innerText));
  assert.equal(await page.inputValue("#scenario"), "");
  assert.doesNotMatch(page.url(), /base=0{12}|scenario=nothing/, "the address is of what is shown");
  await page.click("#reset");
  await page.waitForFunction(() => document.getElementById("notes").innerText === "");
  // The same where the page begins with it.
  const begun = await open(context, address, "#scenario=nothing");
  assert.ok((await begun.page.locator("#moving .row").count()) > 0, "it has its controls");
  assert.match(await begun.page.locator("#notes").innerText(), /this program does not have/);
  return { page, faults: [...faults, ...begun.faults] };
}

async function judged({ page }, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html]), [], `axe finds fault with ${what}`);
}

async function narrow(browser, address) {
  const context = await browser.newContext({ viewport: { width: 400, height: 800 } });
  const tab = await open(context, address);
  await move(tab.page, first, 800);
  await tab.page.waitForSelector("#difference-difference svg");
  const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 400, `the page is ${wide} wide in a window of 400`);
  await judged(tab, "the narrow page");
  return tab;
}

async function shots(browser, address) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 400]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const { page } = await open(context, address, `#set=mechanisms.research.growth=1.2`);
      await settled(page, 60);
      await page.screenshot({ path: join(pictures, `explore-${colorScheme}-${width}.png`), fullPage: width < 1000 });
      await page.click("#open-worlds");
      await page.waitForSelector("#world-changed figure svg");
      await page.locator("#world-title").scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(pictures, `worlds-${colorScheme}-${width}.png`) });
      await context.close();
    }
  }
}

const [server, address] = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
server.removeAllListeners("exit");
const over = new Promise((done) => server.once("exit", done));
try {
  if (pictures) await shots(browser, address);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const tab = await open(context, address);
  for (const step of [looks, moves, refuses, warns, reads, looksBack, switches, finds, drags, adds]) await step(tab);
  compare(await saves(tab));
  await replays(tab);
  await judged(tab, "the page");
  const tabs = [tab, await links(context, tab, address), await strangeLinks(context, address), await tells(context, address), await narrow(browser, address)];
  await ends(context);
  for (const { faults } of tabs) {
    // That a number is refused is no fault of the page.
    assert.deepEqual(faults.filter((text) => !/status of 422/.test(text)), []);
  }
  await browser.close();
  server.kill("SIGINT");
  assert.equal(await over, 0, "Ctrl-C ends it well");
  console.log("the page does what it should");
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
  server.kill("SIGKILL");
}
