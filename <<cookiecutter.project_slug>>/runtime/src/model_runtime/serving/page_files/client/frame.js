// The page's parts, empty.

import { el, fold } from "./dom.js";

const about = (id, tag = "p") => el(tag, { id, class: "quiet" });

function box(attributes) {
  return el("div", { class: "box" }, el("input", attributes));
}

const area = (id, text, hint) => [
  el("label", { for: id }, text),
  el("p", { class: "quiet", id: `${id}-about` }, ...hint),
  el("div", { class: "box" }, el("textarea", { id, rows: 5, spellcheck: "false", autocapitalize: "off", "aria-describedby": `${id}-about` })),
];

function header() {
  return el("header", {}, about("title"), el("h1", { id: "name" }, "Prediction"), el("p", { id: "description" }));
}

function access() {
  const asked = { id: "key", type: "password", autocomplete: "off", spellcheck: "false", "aria-describedby": "key-about" };
  return el("form", { id: "access", class: "card line", novalidate: true, autocomplete: "off", hidden: true },
    el("label", { for: "key" }, "API key"), box(asked), el("button", {}, "Use it"),
    el("p", { id: "key-about", class: "quiet" }, "It is sent to this service alone, and forgotten with this page."));
}

function form() {
  return el("form", { id: "form", class: "card", novalidate: true, autocomplete: "off", "aria-label": "Values to predict from" },
    el("div", { id: "finder", hidden: true }, el("label", { for: "filter" }, "Find a field"),
      box({ id: "filter", type: "search", autocomplete: "off" }), el("p", { id: "found", class: "quiet", role: "status" })),
    el("div", { id: "fields" }),
    el("div", { class: "actions" }, el("button", { id: "predict" }, "Predict"), el("button", { type: "reset" }, "Reset")));
}

function result() {
  return el("section", { id: "result", class: "card", "aria-labelledby": "result-title" },
    el("h2", { id: "result-title" }, "Prediction"),
    el("div", { id: "answer", role: "status", "aria-live": "polite" }),
    el("ul", { id: "bars", class: "bars" }), el("div", { id: "mattered" }), el("div", { id: "after", class: "quiet" }));
}

function json() {
  return fold("paste", "Fill in the form from JSON",
    ...area("json", "An object of values", ["As the service takes it; names that it lacks stay as they are."]),
    el("div", { id: "json-wrong", class: "wrong", role: "alert" }),
    el("div", { class: "actions" }, el("button", { type: "button", id: "fill" }, "Fill in")));
}

function table() {
  const file = el("input", { id: "file", type: "file", accept: ".csv,.tsv,.txt,text/csv", "aria-label": "Open a CSV file" });
  return fold("many", "Predict many rows, from CSV",
    ...area("csv", "Rows", ["The first line has the names of the columns: ", el("code", { id: "columns" }), "."]),
    el("div", { class: "actions" }, el("button", { type: "button", id: "score" }, "Predict all"), file,
      el("button", { type: "button", id: "template" }, "Download an example")),
    el("div", { id: "scored", role: "status" }));
}

function curl() {
  return fold("program", "The same request with curl",
    el("div", { class: "row" }, el("button", { type: "button", class: "small", id: "copy" }, "Copy"),
      el("span", { id: "copied", class: "quiet", role: "status" })),
    el("pre", { id: "curl", tabindex: 0, role: "region", "aria-label": "The same request with curl" }));
}

function footer() {
  return el("footer", { class: "quiet" }, el("div", { class: "row" }, el("span", { id: "version" }), el("a", { id: "docs", hidden: true }, "API documentation"),
    fold("address", "Service address", el("form", { id: "connect", class: "line", novalidate: true },
      box({ id: "service", type: "url", "aria-label": "Service address", placeholder: "http://localhost:8080" }),
      el("button", {}, "Connect")))));
}

export function frame() {
  const ways = el("div", { id: "ways", class: "card" }, json(), table(), curl());
  return [header(), el("div", { id: "notice", role: "alert", tabindex: -1, hidden: true }), access(),
    el("main", { id: "main", hidden: true }, form(), result(), ways), footer()];
}
