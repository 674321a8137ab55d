// What acts from one month to another, as bars that are dragged or moved by keys.

import { at, lay, make, now } from "./state.js";

// Policies that were added here stand in one value, a list of tables.
const OWN = "policies";

let start = [2023, 1];
let months = 120;
let shown = [];

const read = (text) => {
  const [year, month] = text.split("-").map(Number);
  return (year - start[0]) * 12 + month - start[1];
};
export const write = (place) => {
  const month = start[0] * 12 + start[1] - 1 + place;
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
};
export function span(scenario) {
  start = scenario.start.split("-").map(Number);
  months = scenario.months;
}

const quoted = (text) => JSON.stringify(text);
const owns = () => {
  const list = now().set.get(OWN) ?? "[]";
  // What is written here is a list of tables, each on the pattern of `entry`.
  return [...list.matchAll(/\{name = "([^"]*)", state = "([^"]*)", lever = "([^"]*)", value = ([^,}]*)(?:, from = "([^"]*)")?(?:, to = "([^"]*)")?\}/g)].map(([, name, state, lever, value, from, to]) => ({ name, state, lever, value, from, to }));
};
const entry = ({ name, state, lever, value, from, to }) =>
  `{name = ${quoted(name)}, state = ${quoted(state)}, lever = ${quoted(lever)}, value = ${value}${from ? `, from = ${quoted(from)}` : ""}${to ? `, to = ${quoted(to)}` : ""}}`;
const putOwn = (list) => lay({ [OWN]: list.length ? `[${list.map(entry).join(", ")}]` : null });

// First month and the month after the last, in months from the start, with what is laid over the scenario.
function ends(act) {
  const own = act.own && owns().find(({ name }) => name === act.name);
  if (own) return [own.from ? read(own.from) : 0, own.to ? read(own.to) : months];
  const laid = (name, value) => now().set.get(`${act.key}.${name}`) ?? value;
  const from = laid("from", act.from);
  const first = from ? read(from) : 0;
  if (act.months !== null) return [first, first + Number(laid("months", act.months))];
  const to = laid("to", act.to);
  return [first, to ? read(to) : months];
}

// Lays new ends over the scenario; what is as it was is not said.
function move(act, first, last) {
  if (act.own) {
    const ends = { from: first > 0 ? write(first) : null, to: last < months ? write(last) : null };
    putOwn(owns().map((own) => (own.name === act.name ? { ...own, ...ends } : own)));
    return;
  }
  const values = {};
  const from = write(first);
  const same = act.from ? from === act.from : first <= 0;
  values[`${act.key}.from`] = same ? null : from;
  if (act.months !== null) {
    values[`${act.key}.months`] = last - first === act.months ? null : last - first;
  } else {
    const to = write(last);
    // What stays in force has no end; one beyond the span is none.
    values[`${act.key}.to`] = (act.to ? to === act.to : last >= months) ? null : to;
  }
  lay(values);
}

// Follows the pointer from where it went down; `by` gets whole months.
function drag(handle, track, act, by) {
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    handle.setPointerCapture(event.pointerId);
    handle.focus();
    const [from, before] = [event.clientX, ends(act)];
    const follow = (next) => by(before, Math.round(((next.clientX - from) / track.clientWidth) * months));
    const leave = () => {
      handle.removeEventListener("pointermove", follow);
      handle.removeEventListener("pointerup", leave);
      handle.removeEventListener("pointercancel", leave);
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("pointerup", leave);
    handle.addEventListener("pointercancel", leave);
  });
}

const shifted = (act) => (before, by) => {
  // What has no end of its own keeps none.
  const open = act.months === null && before[1] >= months;
  move(act, before[0] + by, open ? months : before[1] + by);
};
const firstMoved = (act) => (before, by) => move(act, Math.min(before[0] + by, before[1] - 1), before[1]);
const lastMoved = (act) => (before, by) => move(act, before[0], Math.max(before[1] + by, before[0] + 1));

function end(track, act, called, moved, place) {
  const handle = make("div", { className: "end", tabIndex: 0, role: "slider", "aria-label": `${act.name}, ${called}`, "aria-describedby": "bars-help" });
  drag(handle, track, act, moved);
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -12, PageUp: 12 }[event.key];
    if (!by) return;
    event.preventDefault();
    moved(ends(act), event.shiftKey ? 12 * by : by);
  });
  const show = () => {
    const value = ends(act)[place];
    handle.style.left = `${(100 * Math.min(months, Math.max(0, value))) / months}%`;
    handle.setAttribute("aria-valuemin", -240);
    handle.setAttribute("aria-valuemax", months + 240);
    handle.setAttribute("aria-valuenow", value);
    handle.setAttribute("aria-valuetext", write(value));
  };
  return [handle, show];
}

function line(act) {
  const track = make("div", { className: "track" });
  const text = make("p");
  const element = make("div", { className: "bar-row", role: "group", "aria-label": `${act.called} ${act.name}` }, text, track);
  if (act.chance || (act.months !== null && !act.from)) {
    text.textContent = `${act.name} (${act.called}): ${act.about}; comes by chance`;
    track.remove();
    return [element, () => {}];
  }
  const bar = make("div", { className: "bar" });
  const [first, showFirst] = end(track, act, "first month", firstMoved(act), 0);
  const [last, showLast] = end(track, act, "month after the last", lastMoved(act), 1);
  drag(bar, track, act, shifted(act));
  track.append(bar, first, last);
  const show = () => {
    const [from, to] = ends(act);
    const inside = (place) => (100 * Math.min(months, Math.max(0, place))) / months;
    bar.style.left = `${inside(from)}%`;
    bar.style.width = `${inside(to) - inside(from)}%`;
    bar.classList.toggle("is-changed", [...now().set.keys()].some((key) => key.startsWith(`${act.key}.`)));
    const until = act.months === null && to >= months ? "on" : `to ${write(to - 1)}`;
    text.replaceChildren(make("strong", {}, act.name), ` (${act.called}) ${act.about}: from ${write(from)} ${until}`);
    showFirst();
    showLast();
  };
  return [element, show];
}

let of = null;

function showLines() {
  const added = owns().map(({ name, state, lever, value }) => ({ own: true, list: OWN, called: "policy, added here", name, key: OWN, about: `${state} \u00b7 ${lever} \u00b7 ${value}`, from: null, to: null, months: null }));
  const lines = [...of.dated, ...added].map((act) => {
    const [element, show] = line(act);
    if (act.own) {
      const out = make("button", { type: "button", className: "undo", "aria-label": `Take out ${act.name}` }, "\u21ba");
      out.addEventListener("click", () => putOwn(owns().filter(({ name }) => name !== act.name)));
      element.querySelector("p").after(out);
    }
    return [element, show];
  });
  shown = lines.map(([, show]) => show);
  at("bars").replaceChildren(...(lines.length ? lines.map(([element]) => element) : [make("p", { className: "quiet" }, "This scenario has none.")]));
  at("bars").dataset.owns = owns().map(({ name }) => name).join();
}

export function showBars(scenario) {
  span(scenario);
  of = scenario;
  at("new-state").replaceChildren(...scenario.states.map((name) => make("option", { value: name }, name)));
  showLines();
  updateBars();
}

export function updateBars() {
  if (of && at("bars").dataset.owns !== owns().map(({ name }) => name).join()) showLines();
  for (const show of shown) show();
}

// The form by which a policy is added.
export function tieForm(levers) {
  at("new-lever").replaceChildren(...levers.map(({ name }) => make("option", { value: name }, name.replaceAll("_", " "))));
  const bound = () => {
    const { low, high } = levers.find(({ name }) => name === at("new-lever").value);
    Object.assign(at("new-value"), { min: low, max: high });
  };
  at("new-lever").addEventListener("change", bound);
  bound();
  at("new-policy").addEventListener("submit", (event) => {
    event.preventDefault();
    const list = owns();
    const next = 1 + Math.max(0, ...[...list, ...of.dated].map(({ name }) => Number(name.replace("added ", "")) || 0));
    putOwn([...list, { name: `added ${next}`, state: at("new-state").value, lever: at("new-lever").value, value: Number(at("new-value").value), from: write(Math.min(36, months - 1)), to: null }]);
  });
}
