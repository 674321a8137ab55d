// Ties the page together: what is changed is asked for at once, and what was asked for before is let go.

import { showBars, tieForm, updateBars } from "./bars.js";
import { showForecasts } from "./forecast.js";
import { learn, search, showChanged, showMoving, tellWrong, update } from "./controls.js";
import { Results, outdate } from "./results.js";
import { at, change, facts, listen, look, make, narrow, now, pick, restore, takeBack, tell, write } from "./state.js";
import { Gone, Wrong, ask, send, stream } from "./talk.js";
import { prepare } from "./world.js";

const page = crypto.randomUUID();
// While a slider moves, a picture that is on its way is waited for so long; else none would ever be seen.
const PATIENCE = 150;

let scenario;
let linked = [];
let running = null;
let waiting = null;

// What went wrong and what that says of the pictures, by its kind.
function kindOf(error) {
  if (error instanceof Wrong && error.refused) return [error.errors, "Not run: the dimmed pictures are of the last change that was right."];
  if (error instanceof Wrong) return [error.errors, "Not run, and not for a mistake in a value: the dimmed pictures are of a change before."];
  const said = error instanceof Gone ? `The program does not answer (${error.message}). Is it still running?` : `The page failed (${error.message}).`;
  return [[{ key: "", message: said }], "Not run to its end: the dimmed pictures are not of this change."];
}

function wrong(error) {
  const [errors, words] = kindOf(error);
  tellFound(errors);
  outdate(words, "polite");
}

// What was told last, so that it is told anew where a field that was out of sight comes into it.
let latest = [[], []];
const retell = () => tellFound(...latest);

// Errors and warnings that have no field, beside what the link that was opened does not restore and more that is to be known.
function tellFound(found, more = []) {
  latest = [found, more];
  const left = tellWrong(found).map(({ key, message, warning }) => ({ warning, text: key ? `${key}: ${message}` : message }));
  const said = { errors: left.filter(({ warning }) => !warning), notes: [...[...linked, ...more].map((text) => ({ text })), ...left.filter(({ warning }) => warning)] };
  for (const [place, lines] of Object.entries(said)) {
    const whole = lines.map(({ text }) => text).join("\n");
    // What is said already is not announced again.
    if (at(place).dataset.said !== whole) at(place).replaceChildren(...lines.map(({ text }) => make("p", {}, text)));
    at(place).dataset.said = whole;
  }
}

function tellStart({ moved, compared, warnings }) {
  const months = moved && compared ? [`This scenario has other months than what it is compared with, which is run over the same here: ${moved[0]} to ${moved[1]}.`] : [];
  tellFound(warnings.map((each) => ({ ...each, warning: true })), months);
}

// What is asked for; results are marked with it, so that what they are of can be told.
const asked = () => ({ change: change(), outcome: now().outcome, narrow: narrow.matches });

async function study() {
  clearTimeout(waiting);
  waiting = null;
  running?.abort.abort();
  outdate("Under way: the dimmed pictures are of the change before.", "off");
  const mine = { abort: new AbortController(), begun: performance.now(), shown: false };
  running = mine;
  const wanted = asked();
  const results = new Results(JSON.stringify(wanted), () => {
    mine.shown = true;
    if (waiting && running === mine) study();
  });
  let ended = false;
  try {
    for await (const [event, data] of stream("api/study", { page, ...wanted }, mine.abort.signal)) {
      if (running !== mine) return;
      if (event === "start") tellStart(data);
      results.take(event, data);
      if (event === "stage") ended = data.last;
    }
    if (running === mine && !ended) results.cutOff();
  } catch (error) {
    if (running === mine) wrong(error);
  }
  if (running === mine) running = null;
}

function soon() {
  if (waiting) return;
  const left = running && !running.shown ? PATIENCE - (performance.now() - running.begun) : 0;
  if (left > 0) waiting = setTimeout(study, left);
  else study();
}

async function learnScenario() {
  const name = now().scenario;
  const learned = await ask(`api/scenario${name ? `?name=${encodeURIComponent(name)}` : ""}`);
  // Another may have been picked meanwhile.
  if (name !== now().scenario) return;
  scenario = learned;
  at("scenario").value = name ?? "";
  at("description").textContent = scenario.description;
  learn(scenario);
  prepare(scenario);
  at("search").value = "";
  search(scenario, "");
  showBars(scenario);
  showOffered();
}

function showOffered() {
  const outcome = facts.outcomes.find(({ name }) => name === now().outcome);
  at("outcome").value = outcome.name;
  showMoving(outcome.moving);
}

function showValues() {
  update();
  updateBars();
  showChanged();
}

async function react(what) {
  at("results").dataset.wanted = JSON.stringify(asked());
  try {
    if (what === "scenario") await learnScenario();
    if (what === "outcome") showOffered();
    showValues();
    soon();
  } catch (error) {
    wrong(error);
  }
}

async function showSaved(writing) {
  at("name-wrong").textContent = "";
  try {
    const saved = await send("api/file", { change: change(), name: at("name").value, write: writing });
    at("file").value = saved.text;
    at("command").value = saved.command;
    at("written").textContent = saved.written ? `Written: ${saved.written}` : "";
    return saved;
  } catch (error) {
    at("name-wrong").textContent = error.message;
    return null;
  }
}

async function copy(text, button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser does not allow it";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
}

async function download() {
  const saved = await showSaved(false);
  if (saved) window.saveFile(`${at("name").value}.toml`, [saved.text], "application/toml");
}

function tie() {
  // What comes out should not be far below what is changed.
  if (narrow.matches) for (const id of ["dated", "all"]) at(id).open = false;
  at("scenario").addEventListener("change", () => {
    linked = [];
    pick(at("scenario").value);
  });
  at("outcome").addEventListener("change", () => look(at("outcome").value));
  at("search").addEventListener("input", () => {
    search(scenario, at("search").value);
    retell();
  });
  // A group makes its fields when it hears of it, which is after this.
  at("controls").addEventListener("toggle", () => setTimeout(retell), true);
  at("reset").addEventListener("click", () => {
    linked = [];
    takeBack();
  });
  at("save").addEventListener("click", () => {
    at("saving").showModal();
    showSaved(false);
  });
  at("name").addEventListener("input", () => showSaved(false));
  at("download").addEventListener("click", download);
  at("write").addEventListener("click", () => showSaved(true));
  at("copy").addEventListener("click", () => copy(at("command").value, at("copy")));
  at("link").addEventListener("click", () => copy(location.href, at("link")));
  at("which").addEventListener("change", (event) => { at("pictures").dataset.which = event.target.value; });
  window.addEventListener("hashchange", () => {
    const [changed, words] = restore();
    linked = words;
    if (changed || words.length) tell("scenario");
  });
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    at("results").focus();
  });
  listen(react);
}

async function begin() {
  try {
    Object.assign(facts, await ask("api/start"));
    at("write").hidden = !facts.writes;
    at("scenario").replaceChildren(make("option", { value: "" }, `${facts.config} (as given)`), ...facts.scenarios.map((name) => make("option", { value: name }, name)));
    const group = (label, first) => {
      const options = facts.outcomes.filter((outcome) => outcome.first === first).map(({ name, meaning }) => make("option", { value: name }, `${name}: ${meaning}`));
      return make("optgroup", { label }, ...options);
    };
    at("outcome").replaceChildren(group("First", true), group("All others", false));
    tieForm(facts.levers);
    [, linked] = restore();
    if (location.hash.length > 1) write();
    tie();
    await react("scenario");
    showForecasts();
  } catch (error) {
    wrong(error);
  }
}

begin();
