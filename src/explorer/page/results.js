// What comes out: pictures and the table of outcomes, drawn anew as worlds come in.

import { at, make, now } from "./state.js";

const places = { difference: "difference", others: "others", over: "others", changed: "changed-pictures", baseline: "baseline-pictures" };
const words = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const number = (value) => (value === null ? "" : words.format(value).replace("-", "\u2212"));

// Marks what is shown as of something else than what was chosen, for eyes and for screen readers, which are told by the line of this
// id; or takes the mark back.
export function mark(element, stale, by = "status") {
  element.classList.toggle("stale", stale);
  if (stale) element.setAttribute("aria-describedby", by);
  else element.removeAttribute("aria-describedby");
}

// Puts a picture in the place of the one of this name.
export function picture(inside, { name, caption, svg, numbers }, which) {
  const id = `${which}-${name}`;
  let figure = document.getElementById(id);
  if (!figure) {
    figure = make("figure", { id });
    inside.append(figure);
  }
  const drawn = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  const focused = document.activeElement === figure.querySelector("svg");
  const reads = focused && figure.reading?.open;
  figure.numbers = numbers;
  figure.replaceChildren(drawn, ...(caption ? [make("figcaption", {}, caption)] : []));
  mark(figure, false);
  window.tieFigure(figure);
  if (focused) drawn.focus();
  // Who reads the picture by keys stays where they are in it.
  if (reads) drawn.dispatchEvent(new Event("again"));
}

function outcomes({ outcomes: lines }, start) {
  const cell = (text, className = "number") => make("td", { className }, text);
  const interval = ({ low, high }) => (low === null ? "" : `${number(low)} to ${number(high)}`);
  const rows = lines.map((line) => {
    const element = make("tr", {}, make("td", {}, line.meaning, make("small", {}, `${line.name}${line.unit === "1" ? "" : `, ${line.unit}`}`)));
    element.append(cell(number(line.base)));
    if (start.compared) element.append(cell(number(line.changed)), cell(number(line.difference), "number difference"), cell(interval(line)));
    element.classList.toggle("looked-at", line.name === now().outcome);
    element.classList.toggle("clear", line.low !== null && (line.low > 0 || line.high < 0));
    element.dataset.outcome = line.name;
    element.dataset.changed = line.changed;
    return element;
  });
  const heads = ["Outcome, mean", start.against, ...(start.compared ? ["changed", "difference", "95 %"] : [])];
  const head = make("tr", {}, ...heads.map((text, place) => make("th", { scope: "col", className: place ? "number" : "" }, text)));
  mark(at("outcomes"), false);
  at("outcomes").replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}

const places_of_figures = "#difference figure, #others figure, #pictures figure";

// Marks what is shown as that of the change before, until something newer is there.
export function outdate(words, live) {
  for (const old of document.querySelectorAll(`${places_of_figures}, #outcomes`)) mark(old, true);
  if (!document.querySelector("figure.stale")) return;
  at("status").setAttribute("aria-live", live);
  at("status").textContent = words;
}

// Shows the messages of a study of this as they come; `first` is called with the first picture.
export class Results {
  constructor(of, first) {
    this.of = of;
    this.first = first;
    this.start = { compared: false, against: "", name: "", runs: 0, warnings: [] };
    this.seen = new Set();
  }

  take(event, data) {
    if (event === "start") {
      this.start = data;
      if (!data.compared) for (const id of ["difference", "others", "baseline-pictures"]) at(id).replaceChildren();
      return;
    }
    if (event === "picture") {
      picture(at(places[data.which]), data, data.which);
      this.seen.add(`${data.which}-${data.name}`);
      this.first();
    } else if (event === "outcomes") {
      outcomes(data, this.start);
      this.failed = data.failed ? ` ${data.failed} failed: ${data.failure}` : "";
      const pairs = this.start.compared ? "pairs of worlds" : "worlds";
      at("results").dataset.runs = data.runs;
      // Every stage is shown; the first and the last are told to those who listen.
      const alone = this.start.moved ? " Nothing but the months differs, so there is nothing to compare." : " Nothing is changed yet: move a slider.";
      const told = `${data.runs} of ${this.start.runs} ${pairs}.${this.failed}${this.start.compared ? "" : alone}`;
      at("status").setAttribute("aria-live", data.last || this.seen.size < 2 ? "polite" : "off");
      at("status").textContent = told;
    } else if (event === "stage") {
      for (const figure of document.querySelectorAll(places_of_figures)) {
        if (!this.seen.has(figure.id)) figure.remove();
      }
      this.first();
      Object.assign(at("results").dataset, { drawn: data.runs, of: this.of });
    }
  }

  // Says that nothing more will come, where the last stage has not.
  cutOff() {
    at("status").setAttribute("aria-live", "polite");
    at("status").textContent = `Broken off by the program before the last of ${this.start.runs} worlds: it was ended, or failed at one. What is not dimmed is of this change.`;
  }
}
