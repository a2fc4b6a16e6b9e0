// Many rows at once: a CSV, asked in as many requests as it takes.

import { $, button, counted, el, percent, sentence } from "./dom.js";
import { likeliest, nameOf, withUnit } from "./answer.js";
import { write } from "./csv.js";
import { rowsOf } from "./rows.js";
import { Failure, service } from "./service.js";

const SHOWN = 10;

let features = [];
let flags = [];  // of a classification's classes, in the answers' order
let most = 1000;  // rows in a request

export function showTable(found, flagsFound, mostRows) {
  [features, flags, most] = [found, flagsFound, mostRows];
  $("csv").value = "";
  $("scored").replaceChildren();
  $("columns").textContent = features.map(({ name }) => name).join(", ");
}

export function downloadTemplate() {
  const asked = features.filter(({ unused }) => !unused);
  download("rows.csv", [asked.map(({ name }) => name), asked.map(({ example }) => example)]);
}

function download(name, rows) {
  const address = URL.createObjectURL(new Blob([write(rows)], { type: "text/csv" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

export async function predictTable() {
  const told = (...nodes) => $("scored").replaceChildren(...nodes);
  const visit = service.visit;
  try {
    const table = rowsOf($("csv").value, features);
    const answers = await ask(table.rows, (done) => told(el("p", {}, `Predicted ${done.toLocaleString()} of ${counted(table.rows.length, "row")}…`)));
    if (visit === service.visit) told(...result(table, answers));
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    if (visit === service.visit) told(el("div", { class: "wrong" }, el("p", {}, failure.message), ...errors(failure)));
    return failure;
  }
}

async function ask(rows, progress) {
  const answers = [];
  for (let at = 0; at < rows.length; at += most) {
    progress(at);
    const body = JSON.stringify(rows.slice(at, at + most));
    const { found } = await service.ask(flags.length ? "api/proba_predictions" : "api/predictions", body).catch((failure) => {
      failure.first = at;
      throw failure;
    });
    answers.push(...found);
  }
  return answers;
}

const errors = ({ problem = {}, first = 0 }) => (problem.errors?.length ? [el("ul", {}, ...problem.errors.map(({ row, field, reason }) =>
  el("li", {}, sentence([[row !== undefined && `Row ${(row + first + 1).toLocaleString()}`, field].filter(Boolean).join(", "), reason].join(" ").trim()))))] : []);

function answerOf(answer) {
  if (!flags.length) return [withUnit(answer.prediction)];
  const first = likeliest(answer.probabilities);
  return [nameOf(flags[first]), percent(answer.probabilities[first])];
}

function result({ header, records, comma, ignored }, answers) {
  const shown = header.slice(0, 3);
  const titles = flags.length ? ["Prediction", "Probability"] : ["Prediction"];
  const heads = ["Row", ...titles, ...shown].map((text) => el("th", { scope: "col" }, text));
  const rows = answers.slice(0, SHOWN).map((answer, at) => {
    const cells = [...answerOf(answer), ...records[at].slice(0, 3)];
    return el("tr", {}, el("th", { scope: "row" }, `${at + 1}`), ...cells.map((text) => el("td", {}, text)));
  });
  const left = answers.length > SHOWN ? `The first ${SHOWN} of ${counted(answers.length, "row")}.` : `${sentence(counted(answers.length, "row"))}`;
  const note = (comma ? " Its numbers have a decimal comma." : "")
    + (ignored.length ? ` Ignored, for the model knows no such columns: ${ignored.join(", ")}.` : "");
  return [
    el("p", { class: "quiet" }, left + note),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Predictions" },
      el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows))),
    button("Download all as CSV", () => download("predictions.csv", columns(header, records, answers)), ""),
  ];
}

// The rows as they came, and the answers in the words of `make score`.
function columns(header, records, answers) {
  const names = flags.length ? ["class_name", ...flags] : ["prediction"];
  const values = ({ prediction, class_names: classes, probabilities: shares }) => (flags.length
    ? [classes[likeliest(shares)], ...shares] : [prediction]);
  return [[...header, ...names], ...records.map((record, at) => [...header.map((name, k) => record[k]), ...values(answers[at])])];
}
