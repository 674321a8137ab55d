// The parameters: a slider and a field for each, a switch for each mechanism.

import { at, lay, make, now } from "./state.js";

const STEPS = 1000;
const SHOWN = 40;
let counter = 0;
let known = new Map();
let rows = [];
let told = new Map();

// All parameters of a scenario by their keys.
export function learn(scenario) {
  const switches = scenario.mechanisms.map(({ key, enabled }) => ({ key: `${key}.enabled`, kind: "flag", value: enabled }));
  const of = (group, parameter) => ({ ...parameter, key: `${group.key}.${parameter.name}`, of: group.name });
  const own = scenario.mechanisms.flatMap((group) => group.parameters.map((parameter) => of(group, parameter)));
  const shared = scenario.kinds.flatMap(({ entities, parameters }) =>
    entities.flatMap((entity) => parameters.map((parameter, place) => ({ ...of(entity, parameter), value: entity.values[place] }))));
  known = new Map([...switches, ...own, ...shared].map((each) => [each.key, each]));
}

// The number with no more digits than a person reads.
const short = (number) => Number(Number(number).toPrecision(4)).toString();

const current = ({ key, value }) => {
  const laid = now().set.get(key);
  if (laid === undefined) return value;
  return laid === "true" ? true : laid === "false" ? false : Number(laid);
};

const put = (of, value) => lay({ [of.key]: value === of.value ? null : value });

// Ends of the slider: what is plausible, and further where the value is.
const ends = (of) => [Math.min(of.from, of.value), Math.max(of.to, of.value)];

function toPlace(of, value) {
  const [low, high] = ends(of);
  const share = of.log && low > 0 ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.round(STEPS * Math.min(1, Math.max(0, share || 0)));
}

function fromPlace(of, place) {
  const [low, high] = ends(of);
  const share = place / STEPS;
  const value = of.log && low > 0 ? low * (high / low) ** share : low + (high - low) * share;
  return of.kind === "whole" ? Math.round(value) : Number(value.toPrecision(3));
}

function about(of) {
  const shown = (value) => (value === null ? "none" : typeof value === "number" ? short(value) : String(value));
  const facts = [
    ["Here", shown(of.value)], ["Range", `${shown(of.low)} to ${shown(of.high)}`], ["Plausible", `${shown(of.from)} to ${shown(of.to)}`],
    ["No effect at", shown(of.null)], [of.mark, of.source],
  ];
  const list = make("dl", {}, ...facts.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]));
  return make("details", {}, make("summary", {}, "About ", make("span", { className: "visually" }, of.name)), make("p", {}, of.meaning), list);
}

// The row of a parameter; `full` names what it belongs to.
function row(of, full) {
  const id = `p${(counter += 1)}`;
  const label = (full ? `${of.of}: ${of.name}` : of.name).replaceAll("_", " ");
  const wrong = make("p", { className: "wrong", id: `${id}-wrong`, role: "alert" });
  const undo = make("button", { type: "button", className: "undo", title: "Take back", "aria-label": `Take back ${label}` }, "\u21ba");
  undo.addEventListener("click", () => lay({ [of.key]: null }));
  const element = make("div", { className: "row" });
  const title = make("label", { htmlFor: id }, label, make("span", { className: "unit" }, of.unit ? ` (${of.unit})` : ""));
  let show;
  if (of.kind === "flag") {
    const box = make("input", { type: "checkbox", id, className: "flag", "aria-describedby": wrong.id });
    box.addEventListener("change", () => put(of, box.checked));
    show = () => { box.checked = current(of); };
    element.append(title, box, undo, about(of), wrong);
  } else {
    const slider = make("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": `${label}, slider` });
    const field = make("input", { type: "number", id, step: of.kind === "whole" ? 1 : "any", "aria-describedby": wrong.id });
    slider.addEventListener("input", () => put(of, fromPlace(of, Number(slider.value))));
    field.addEventListener("change", () => field.value !== "" && put(of, Number(field.value)));
    show = () => {
      const value = current(of);
      slider.value = toPlace(of, value);
      slider.setAttribute("aria-valuetext", `${short(value)} ${of.unit}`.trim());
      if (document.activeElement !== field || Number(field.value) !== value) field.value = value;
    };
    element.append(title, slider, field, undo, about(of), wrong);
  }
  element.dataset.key = of.key;
  const update = () => {
    show();
    element.classList.toggle("is-changed", now().set.has(of.key));
  };
  update();
  tellAt(wrong, of.key);
  rows.push({ element, update, wrong, key: of.key });
  return element;
}

export function update() {
  rows = rows.filter(({ element }) => element.isConnected);
  for (const each of rows) {
    each.update();
    tellAt(each.wrong, each.key);
  }
}

// Shows errors and warnings at their fields, also at those that are opened later; gives what has none that can be seen.
export function tellWrong(found) {
  told = new Map(found.map((each) => [each.key, each]));
  update();
  return found.filter((each) => told.get(each.key) !== each || !rows.some((row) => row.key === each.key && row.element.checkVisibility()));
}

function tellAt(place, key) {
  const { message, warning } = told.get(key) ?? { message: "" };
  // What is said already is not announced again.
  if (place.textContent !== message) place.textContent = message;
  place.classList.toggle("is-warning", Boolean(warning));
}

const isTold = ({ total, half_width }) => total > half_width;

// How much of the outcome's variance a parameter has a part in, and whether that tells its place.
function share({ total, half_width, apart }) {
  const digits = (number) => number.toPrecision(2);
  const mark = !isTold({ total, half_width }) ? ", not told from 0" : apart ? "" : ", \u2248 below";
  return make("p", { className: "share" }, `${digits(total)} \u00b1 ${digits(half_width)}${mark}`);
}

export function showMoving(movers) {
  const offered = movers.filter(({ parameter }) => known.has(parameter)).map((mover) => {
    const element = row(known.get(mover.parameter), true);
    if (mover.total !== null) element.querySelector("details").before(share(mover));
    return element;
  });
  at("moving-note").textContent = movers.some(isTold)
    ? "What moves the outcome most, with its share of the variance (total Sobol index, 95 %); \u2248 below: not told from one further down the list or the table."
    : movers.some(({ total }) => total !== null)
      ? "The table of total Sobol indices does not tell what moves this outcome: no index in it is told from 0. These are the first of it, with half of the 95 % interval."
      : "The table of total Sobol indices does not have this outcome. These are the first of it for the gap at the end.";
  at("moving").replaceChildren(...offered);
  update();
}

// Rows are made when their group is opened: there are more than a thousand.
function unfolding(summary, make_rows) {
  const inside = make("div");
  const details = make("details", {}, make("summary", {}, summary), inside);
  details.addEventListener("toggle", () => {
    if (details.open && !inside.hasChildNodes()) inside.append(...make_rows());
  });
  return details;
}

function mechanism(group) {
  const of = known.get(`${group.key}.enabled`);
  const id = `m${(counter += 1)}`;
  const box = make("input", { type: "checkbox", role: "switch", id });
  box.dataset.key = of.key;
  box.addEventListener("change", () => put(of, box.checked));
  const wrong = make("p", { className: "wrong", role: "alert" });
  const head = make("div", { className: "switch" }, box, make("label", { htmlFor: id }, group.name.replaceAll("_", " ")));
  const inside = group.parameters.map((each) => known.get(`${group.key}.${each.name}`));
  const element = make("div", { className: "group" }, head, wrong);
  const count = inside.length === 1 ? "one parameter" : `${inside.length} parameters`;
  if (inside.length) element.append(unfolding(`${count} of ${group.name.replaceAll("_", " ")}: ${group.meaning}`, () => inside.map((each) => row(each, false))));
  rows.push({ element, update: () => { box.checked = current(of); }, wrong, key: of.key });
  return element;
}

function kind(group) {
  const entities = group.entities.map((entity) =>
    unfolding(entity.name, () => group.parameters.map((each) => row(known.get(`${entity.key}.${each.name}`), false))));
  return make("div", { className: "group" }, make("h3", {}, group.heading), ...entities);
}

export function showAll(scenario) {
  at("groups").replaceChildren(...scenario.mechanisms.map(mechanism), ...scenario.kinds.map(kind));
  update();
}

export function search(scenario, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) {
    at("found").textContent = "";
    return showAll(scenario);
  }
  const text = (of) => `${of.key} ${of.of ?? ""} ${of.meaning ?? ""}`.replaceAll("_", " ").toLowerCase();
  const found = [...known.values()].filter((of) => of.name && wanted.every((word) => text(of).includes(word)));
  at("found").textContent = found.length > SHOWN ? `${found.length} found, the first ${SHOWN} shown` : `${found.length} found`;
  at("groups").replaceChildren(...found.slice(0, SHOWN).map((of) => row(of, true)));
  update();
}

export function showChanged() {
  const items = [...now().set].map(([key, value]) => {
    const back = make("button", { type: "button", className: "undo", "aria-label": `Take back ${key}` }, "\u21ba");
    back.addEventListener("click", () => lay({ [key]: null }));
    return make("li", {}, make("code", {}, `${key} = ${value}`), " ", back);
  });
  at("changed").replaceChildren(...items);
}
