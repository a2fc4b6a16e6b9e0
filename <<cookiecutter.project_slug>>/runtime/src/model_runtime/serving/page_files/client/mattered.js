// What mattered for an answer: asked after it, where the service tells.

import { $, counted, el, fold } from "./dom.js";
import { classNamed, withUnit } from "./answer.js";
import { said } from "./features.js";
import { fields } from "./form.js";
import { Failure, PATIENCE, service } from "./service.js";

const MOST_SHOWN = 8;  // features; the others are folded
const LEAST = 0.0005;  // of a probability, which is shown to a tenth of a percentage point

let asking;

export const endMattered = () => asking?.abort();  // what is shown next needs it no more

export async function showMattered(values) {
  const title = el("h3", {}, "What mattered");
  const quiet = (text) => el("p", { class: "quiet" }, text);
  const place = el("div", { "aria-busy": "true" }, title, quiet("Comparing with other values…"));
  $("mattered").replaceChildren(place);  // of the next answer it is another one
  const mine = new AbortController();  // not all browsers can join its signal to that of a time limit
  asking = mine;
  const limit = setTimeout(() => mine.abort(new DOMException("", "TimeoutError")), PATIENCE * 1000);
  let shown;
  try {
    const { found } = await service.ask("api/explain", JSON.stringify(values), mine.signal);
    shown = list(found, values);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    shown = [quiet(`It could not be found out. ${failure.message}`)];
  }
  clearTimeout(limit);
  place.replaceChildren(title, ...shown);
  place.removeAttribute("aria-busy");
}

function list({ class_name: chosen, contributions }, values) {
  const least = chosen === undefined ? 0 : LEAST;
  const matters = ({ contribution: part }) => Math.abs(part) > least;
  const largest = Math.abs(contributions[0]?.contribution);
  const bars = contributions.map((each) => bar(each, values, largest, matters(each), chosen !== undefined));
  const count = Math.min(MOST_SHOWN, contributions.filter(matters).length);
  const [shown, others] = [bars.slice(0, count), bars.slice(count)];
  const more = others.length && fold(undefined, count ? `The other ${counted(others.length, "value")}` : "All values", el("ul", { class: "bars" }, ...others));
  return [el("p", { class: "quiet" }, count ? about(chosen) : "No value alone makes a difference here."),
    el("ul", { class: "bars" }, ...shown), more].filter(Boolean);
}

function about(chosen) {
  const change = chosen === undefined ? "How much higher or lower each value alone makes the answer"
    : `How many percentage points more or less likely each value alone makes “${classNamed(chosen)}”`;
  const text = [...fields.values()].some(({ kind, format }) => kind === "text" && !format) ? " (a text with none)" : "";
  return `${change}, compared with others from training${text}. It tells what the model goes by, not what causes it.`;
}

function bar({ feature: name, contribution: part }, values, largest, matters, isShare) {
  const feature = fields.get(name);
  const track = el("i");
  track.style.setProperty("--share", matters ? Math.abs(part) / largest : 0);
  return el("li", { class: part < 0 && "less" },
    el("span", {}, `${feature.title}: ${said(feature, values[name])}`),
    el("span", {}, matters ? difference(part, isShare) : "no difference"),
    el("div", { class: "track", "aria-hidden": "true" }, track));
}

function difference(part, isShare) {
  const size = Math.abs(part);
  if (!isShare) return `${withUnit(Number(size.toPrecision(3)))} ${part > 0 ? "higher" : "lower"}`;
  const points = (100 * size).toLocaleString(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return `${points} points ${part > 0 ? "more" : "less"} likely`;
}
