// What the page shows: a scenario, the values laid over it, the outcome that is looked at. Its address holds all of it.

export const narrow = matchMedia("(max-width: 60rem)");
const listeners = [];
const state = { scenario: null, outcome: "gap_rating_end", set: new Map() };
// What the program says of itself; its `base` marks what all is laid over, so that a link tells where it was made.
export const facts = {};

export const now = () => state;
export const overrides = () => [...state.set].map(([key, value]) => `${key}=${value}`);
export const change = () => ({ scenario: state.scenario, set: overrides() });
export const listen = (listener) => listeners.push(listener);

// Writes what is shown into the address.
export function write() {
  const address = new URLSearchParams({ base: facts.base });
  if (state.scenario) address.set("scenario", state.scenario);
  address.set("outcome", state.outcome);
  for (const each of overrides()) address.append("set", each);
  history.replaceState(null, "", `#${address}`);
}

export function tell(what) {
  write();
  for (const listener of listeners) listener(what);
}

// Lays a value over the scenario, or takes it back where it is null.
export function lay(values) {
  for (const [key, value] of Object.entries(values)) {
    if (value === null) state.set.delete(key);
    else state.set.set(key, String(value));
  }
  tell("values");
}

export function pick(scenario) {
  state.scenario = scenario || null;
  state.set.clear();
  tell("scenario");
}

export function look(outcome) {
  state.outcome = outcome;
  tell("outcome");
}

export function takeBack() {
  state.set.clear();
  tell("all");
}

// Reads the address: true if it says something else than what is shown, and words on what it cannot restore.
export function restore() {
  // An address that says nothing of a change leaves it as it is.
  if (location.hash.length > 1 && !location.hash.includes("=")) return [false, []];
  const words = [];
  const address = new URLSearchParams(location.hash.slice(1));
  let scenario = address.get("scenario") || null;
  const set = new Map(address.getAll("set").filter((each) => each.includes("=")).map((each) => {
    const at = each.indexOf("=");
    return [each.slice(0, at), each.slice(at + 1)];
  }));
  if (address.has("base") && address.get("base") !== facts.base) {
    words.push("This link was made on another base: the program was started there with another config, other flags or in another version. What it changes is laid over the base here, so that numbers may differ.");
  }
  if (scenario && !facts.scenarios.includes(scenario)) {
    words.push(`The link is of the scenario \u201c${scenario}\u201d, which this program does not have; what it changes is laid over ${facts.config} in its place.`);
    scenario = null;
  }
  let outcome = address.get("outcome") ?? state.outcome;
  if (!facts.outcomes.some(({ name }) => name === outcome)) {
    words.push(`The link looks at \u201c${outcome}\u201d, which is no outcome of this program; ${state.outcome} is shown in its place.`);
    outcome = state.outcome;
  }
  const same = scenario === state.scenario && outcome === state.outcome && [...set].join() === [...state.set].join();
  Object.assign(state, { scenario, outcome, set });
  return [!same, words];
}

// An element with properties and children; texts become text.
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element && key !== "list" && key !== "form") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export const at = (id) => document.getElementById(id);
