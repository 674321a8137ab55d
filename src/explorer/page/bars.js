// What acts from one month to another, as bars that are dragged or moved by keys.

import { at, lay, make, now } from "./state.js";

// Policies that were added here stand in one value, a list of tables; their months are laid over it like those of others.
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

const owns = () => (now().set.get(OWN) ?? "").match(/\{(?:"[^"]*"|[^"}])*\}/g) ?? [];
const part = (own, name) => own.match(`${name} = "?((?<=")[^"]*|[^,}]*)`)?.[1] ?? "";
const keyOf = (name) => `${OWN}.'${name}'`;
const putOwn = (list, laid) => lay({ [OWN]: list.length ? `[${list.join(", ")}]` : null, ...laid });

// First month and the month after the last, in months from the start, with what is laid over the scenario.
function ends(act) {
  const laid = (name, value) => now().set.get(`${act.key}.${name}`) ?? value;
  const from = laid("from", act.from);
  const first = from ? read(from) : 0;
  if (act.months !== null) return [first, first + Number(laid("months", act.months))];
  const to = laid("to", act.to);
  return [first, to ? read(to) : months];
}

// Where a month stands on the track, in per cent.
const inside = (place) => (100 * Math.min(months, Math.max(0, place))) / months;

// Lays new ends over the scenario; what is as it was is not said.
function move(act, first, last) {
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
  let begun = null;
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    handle.setPointerCapture(event.pointerId);
    handle.focus();
    begun = [event.clientX, ends(act)];
  });
  handle.addEventListener("pointermove", ({ clientX }) => begun && by(begun[1], Math.round(((clientX - begun[0]) / track.clientWidth) * months)));
  for (const over of ["pointerup", "pointercancel"]) handle.addEventListener(over, () => { begun = null; });
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
    handle.style.left = `${inside(value)}%`;
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
  const added = owns().map((own) => {
    const name = part(own, "name");
    return { own, called: "policy, added here", name, key: keyOf(name), about: ["state", "lever", "value"].map((each) => part(own, each)).join(" \u00b7 "), from: null, to: null, months: null };
  });
  const lines = [...of.dated, ...added].map((act) => {
    const [element, show] = line(act);
    if (act.own) {
      const out = make("button", { type: "button", className: "undo", "aria-label": `Take out ${act.name}` }, "\u21ba");
      out.addEventListener("click", () => putOwn(owns().filter((own) => own !== act.own), { [`${act.key}.from`]: null, [`${act.key}.to`]: null }));
      element.querySelector("p").after(out);
    }
    return [element, show];
  });
  shown = lines.map(([, show]) => show);
  at("bars").replaceChildren(...(lines.length ? lines.map(([element]) => element) : [make("p", { className: "quiet" }, "This scenario has none.")]));
  at("bars").dataset.owns = now().set.get(OWN) ?? "";
}

export function showBars(scenario) {
  span(scenario);
  of = scenario;
  at("new-state").replaceChildren(...scenario.states.map((name) => make("option", { value: name }, name)));
  showLines();
  updateBars();
}

export function updateBars() {
  if (of && at("bars").dataset.owns !== (now().set.get(OWN) ?? "")) showLines();
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
    const names = [...owns().map((own) => part(own, "name")), ...of.dated.map(({ name }) => name)];
    const name = `added ${1 + Math.max(0, ...names.map((name) => Number(name.replace("added ", "")) || 0))}`;
    const own = `{name = "${name}", state = "${at("new-state").value}", lever = "${at("new-lever").value}", value = ${Number(at("new-value").value)}}`;
    putOwn([...owns(), own], { [`${keyOf(name)}.from`]: write(Math.min(36, months - 1)) });
  });
}
