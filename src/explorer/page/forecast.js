// Forecasts that were made at several months, beside what came.

import { picture } from "./results.js";
import { at, facts, make } from "./state.js";
import { ask } from "./talk.js";

async function show() {
  const origin = facts.origins[Number(at("as-of").value)];
  at("as-of-name").textContent = origin;
  at("as-of").setAttribute("aria-valuetext", origin);
  const indicator = at("forecast-of").value;
  try {
    const drawn = await ask(`api/forecast?${new URLSearchParams({ origin, indicator, narrow: matchMedia("(max-width: 60rem)").matches })}`);
    // Another may have been chosen meanwhile.
    if (at("as-of-name").textContent === origin && at("forecast-of").value === indicator) picture(at("forecast"), drawn, "as-of");
  } catch (error) {
    at("forecast").replaceChildren(make("p", { className: "wrong", role: "alert" }, error.message));
  }
}

export function showForecasts() {
  at("forecast-of").replaceChildren(...facts.forecast.map(({ name, meaning }) => make("option", { value: name }, `${name}: ${meaning}`)));
  at("forecast-of").value = "gap_rating";
  at("as-of").max = facts.origins.length - 1;
  at("as-of").value = 1;
  at("as-of").addEventListener("input", show);
  at("forecast-of").addEventListener("change", show);
  return show();
}
