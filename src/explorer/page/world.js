// Single worlds side by side, told month by month.

import { write } from "./bars.js";
import { mark, picture } from "./results.js";
import { at, change, listen, make, narrow } from "./state.js";
import { send } from "./talk.js";

let timer = null;
let asking = null;
let abort = null;
let wanted = false;

const count = (id) => Math.min(1000000, Math.max(0, Math.round(Number(at(id).value) || 0)));

function show({ which, name, world, pictures, events }) {
  const section = at(`world-${which}`);
  section.hidden = false;
  const title = `${which === "baseline" ? "Baseline" : "Changed"}: ${name}, world ${world}`;
  section.querySelector("h3").textContent = title;
  const list = section.querySelector("ol");
  list.setAttribute("aria-label", `Events of ${title}`);
  for (const each of pictures) picture(section.querySelector(".pictures"), each, `world-${which}`);
  const ids = pictures.map((each) => `world-${which}-${each.name}`);
  for (const figure of section.querySelectorAll("figure")) if (!ids.includes(figure.id)) figure.remove();
  list.replaceChildren(...events.toReversed().map((event) => make("li", {}, make("strong", {}, `${event.date} `), `${event.actor ? `${event.actor}: ` : ""}${event.text || event.kind}`)));
}

// Asks for the month that is shown; while an answer is awaited, only the latest wish counts, and that of another world is let go.
async function tell(anew) {
  wanted = true;
  if (anew) abort?.abort();
  const old = anew ? at("worlds").querySelectorAll("figure") : [];
  if (old.length) at("world-status").textContent = "Under way: the dimmed pictures are of the worlds before.";
  for (const figure of old) mark(figure, true, "world-status");
  if (asking) return asking;
  asking = (async () => {
    while (wanted) {
      wanted = false;
      abort = new AbortController();
      const months = Number(at("month").value);
      at("month-name").textContent = write(months - 1);
      at("month").setAttribute("aria-valuetext", write(months - 1));
      try {
        const told = await send("api/world", { change: change(), worlds: [count("first-world"), count("second-world")], months, narrow: narrow.matches }, abort.signal);
        at("world-wrong").textContent = "";
        at("world-baseline").hidden = told.every(({ which }) => which !== "baseline");
        told.forEach(show);
        at("world-status").textContent = "";
      } catch (error) {
        if (error.name === "AbortError") continue;
        at("world-status").textContent = "";
        at("world-wrong").textContent = error.message;
        for (const section of at("worlds").children) section.hidden = true;
      }
    }
    asking = null;
  })();
  return asking;
}

function stop() {
  clearInterval(timer);
  timer = null;
  at("play").textContent = "Play";
  at("play").setAttribute("aria-pressed", "false");
}

function play() {
  if (timer) return stop();
  if (at("month").value === at("month").max) at("month").value = 1;
  at("play").textContent = "Pause";
  at("play").setAttribute("aria-pressed", "true");
  timer = setInterval(() => {
    at("month").value = Number(at("month").value) + 1;
    if (at("month").value === at("month").max) stop();
    tell(false);
  }, 150);
}

export function prepare(scenario) {
  at("month").max = scenario.months;
  at("month").value = scenario.months;
}

at("open-worlds").addEventListener("click", () => {
  at("replay").hidden = false;
  tell(true);
});
at("month").addEventListener("input", () => tell(false));
at("play").addEventListener("click", play);
listen(() => !at("replay").hidden && tell(true));
