// Measures how soon the page of `redqueen explore` answers, in a real browser. Run from the root of the repository:
//   node tests/browser/speed.mjs PROGRAM FOLDER
// FOLDER/node_modules has playwright-core. Tells the median of 50 moves of a slider, from the move to the picture in the page, and
// the time from a move to the pictures of 500 worlds; both beside the time that this machine takes for worlds alone, since a time by
// itself says as much of the machine as of the page.
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { settled } from "./settled.mjs";

const [program, folder] = process.argv.slice(2).map((path) => resolve(path));
const { chromium } = createRequire(join(folder, "x.js"))("playwright-core");
const MOVES = 50;
const WORLDS = 200;
// Milliseconds that a move may take until its picture is there.
const LIMIT = 20000;

// Milliseconds of one world on one thread, with the start of the program taken off.
function world() {
  const out = mkdtempSync(join(tmpdir(), "speed-"));
  const timed = (runs) => {
    const begun = performance.now();
    execFileSync(program, ["batch", "--runs", String(runs), "--record", "none", "--threads", "1", "--quiet", "--overwrite", "--out", join(out, String(runs))]);
    return performance.now() - begun;
  };
  const [few, many] = [timed(2), timed(2 + WORLDS)];
  rmSync(out, { recursive: true });
  return (many - few) / WORLDS;
}

const one = world();
console.log(`one world on one thread: ${one.toFixed(1)} ms`);
const beside = (time) => `${(time / one).toFixed(1)} times one world`;

const server = spawn(program, ["explore", "--no-open"], { stdio: ["ignore", "pipe", "inherit"] });
const address = await new Promise((done) => server.stdout.once("data", (text) => done(String(text).split("\n")[0])));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  await page.goto(address);
  const drawn = (runs) => settled(page, runs, 120000);
  await drawn(500);
  // In the page itself, so that the way to this script does not count.
  const times = await page.evaluate(async ([moves, limit]) => {
    const input = document.querySelector("#moving input[type=range]");
    const place = document.getElementById("difference");
    const times = [];
    for (let move = 0; move < moves; move += 1) {
      await new Promise((done) => setTimeout(done, 250));
      const before = place.querySelector("figure svg")?.innerHTML;
      const begun = performance.now();
      input.value = 100 + ((move * 373) % 800);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((done, failed) => {
        const late = setTimeout(() => failed(new Error(`move ${move} had no picture after ${limit} ms`)), limit);
        const seen = new MutationObserver(() => {
          if (place.querySelector("figure svg")?.innerHTML === before) return;
          seen.disconnect();
          clearTimeout(late);
          done();
        });
        seen.observe(place, { childList: true, subtree: true });
      });
      times.push(performance.now() - begun);
    }
    return times;
  }, [MOVES, LIMIT]);
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.round(share * (times.length - 1))];
  const [median, most, last] = [0.5, 0.9, 1].map((share) => at(share).toFixed(0));
  console.log(`first picture after a move: median ${median} ms (${beside(at(0.5))}), 90 % below ${most} ms, at most ${last} ms (${MOVES} moves)`);
  const begun = Date.now();
  await page.evaluate(() => {
    const input = document.querySelector("#moving input[type=range]");
    input.value = 555;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await drawn(500);
  const took = Date.now() - begun;
  console.log(`500 worlds of a change: ${(took / 1000).toFixed(1)} s (${beside(took)})`);
} finally {
  await browser.close();
  server.kill("SIGINT");
}
