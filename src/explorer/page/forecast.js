// Forecasts that were made at several months, beside what came.

import { mark, picture } from "./results.js";
import { at, facts, make, narrow } from "./state.js";
import { ask } from "./talk.js";

async function show() {
  const origin = facts.origins[Number(at("as-of").value)];
  at("as-of-name").textContent = origin;
  at("as-of").setAttribute("aria-valuetext", origin);
  const indicator = at("forecast-of").value;
  // Another may be chosen before the answer comes.
  const isChosen = () => at("as-of-name").textContent === origin && at("forecast-of").value === indicator;
  at("forecast-wrong").textContent = "";
  for (const old of at("forecast").children) {
    mark(old, true, "forecast-status");
    at("forecast-status").textContent = "Under way: the dimmed picture is of the choice before.";
  }
  try {
    const drawn = await ask(`api/forecast?${new URLSearchParams({ origin, indicator, narrow: narrow.matches })}`);
    if (isChosen()) picture(at("forecast"), drawn, "as-of");
  } catch (error) {
    if (!isChosen()) return;
    at("forecast").replaceChildren();
    at("forecast-wrong").textContent = error.message;
  }
  if (isChosen()) at("forecast-status").textContent = "";
}

export function showForecasts() {
  at("forecast-of").replaceChildren(...facts.forecast.map(({ name, title }) => make("option", { value: name }, title)));
  at("forecast-of").value = "gap_rating";
  at("as-of").max = facts.origins.length - 1;
  at("as-of").value = 1;
  at("as-of").addEventListener("input", show);
  at("forecast-of").addEventListener("change", show);
  return show();
}
