// The answer to one row, for people.

import { $, counted, el, fold, percent, readable, sentence } from "./dom.js";
import { parted } from "./features.js";
import { entriesOf, keysOf, spelled } from "./json.js";

const MOST_SHOWN = 8;  // classes; the others are folded
const TIE = 1e-6;  // probabilities this close to the highest share its rank, as in the service

let told = {};  // what the service says of its answers

// By the API's description: a number has a title and a unit, a class a name for people.
export function answersOf({ Prediction: number, Probabilities: probabilities, PredictedClass: chosen }) {
  const { title, description = "" } = number?.properties.prediction ?? chosen?.properties.class_name ?? {};
  const [about, unit] = parted(number ? description : probabilities?.description ?? "");
  const labels = chosen?.properties.class_name.enum ?? [];  // in the order of their flags
  const classes = probabilities?.properties ?? {};
  told = { title: title ?? "Prediction", about, unit, labels, classes, flags: keysOf(classes) };
  return told;
}

// The place of the class that the service names: the first of the highest rank.
export function likeliest(shares) {
  const least = Math.max(...shares) - TIE;
  return shares.findIndex((share) => share >= least);
}

export const nameOf = (flag) => told.classes[flag]?.title ?? flag;  // a flag is for programs

export const classNamed = (label) => told.classes[told.flags[told.labels.indexOf(label)]]?.title ?? label;

export const withUnit = (number) => [readable(number), told.unit].filter(Boolean).join(" ");

export function showText(text) {
  $("answer").replaceChildren(el("p", { class: "quiet" }, text));
  $("bars").replaceChildren();
  $("mattered").replaceChildren();
  $("after").replaceChildren();
}

export function showAnswer(answer, version, milliseconds) {
  showText("");
  if ("prediction" in answer && !Object.hasOwn(told.classes, "prediction")) showNumber(answer.prediction);
  else showBars(entriesOf(answer));
  const by = version ? `Version ${version} answered` : "Answered";
  $("after").append(el("p", { id: "when" }, `${by} in ${Math.max(1, Math.round(milliseconds))} ms.`),
    fold(undefined, "Answer as JSON", el("pre", { tabindex: 0, "aria-label": "Answer as JSON" }, spelled(entriesOf(answer)))));
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  $("result").scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

function showNumber(number) {
  const unit = told.unit && el("span", { class: "of" }, ` ${told.unit}`);
  $("answer").replaceChildren(el("strong", {}, el("span", { id: "number" }, readable(number)), unit),
    told.about && el("p", { class: "quiet" }, sentence(told.about)));
}

function showBars(entries) {
  const shares = entries.map(([, share]) => share);
  const first = likeliest(shares);
  $("answer").replaceChildren(el("strong", {}, nameOf(entries[first][0])),
    el("span", { class: "quiet" }, `with a probability of ${percent(shares[first])}`));
  const bars = entries.map(([flag, share], index) => el("li", { class: index === first && "first" },
    el("span", { title: flag }, nameOf(flag)), el("span", {}, percent(share)), track(share)));
  if (bars.length <= MOST_SHOWN) return $("bars").append(...bars);
  const order = bars.map((bar, index) => index).sort((one, other) => (other === first) - (one === first) || shares[other] - shares[one]);
  const [shown, others] = [order.slice(0, MOST_SHOWN), order.slice(MOST_SHOWN)].map((part) => part.map((index) => bars[index]));
  $("bars").append(...shown);
  $("after").append(fold(undefined, `The other ${counted(others.length, "class", "classes")}`, el("ul", { class: "bars" }, ...others)));
}

function track(share) {
  const bar = el("i");
  bar.style.setProperty("--share", share);
  return el("div", { class: "track", "aria-hidden": "true" }, bar);
}
