// The page of a service: it asks the service what it is asked, and then asks it.

import { decoded } from "./csv.js";
import { $, button, copied, el, sentence } from "./dom.js";
import { answersOf, showAnswer, showText } from "./answer.js";
import { featuresOf } from "./features.js";
import { clearAll, fields, fill, filledIn, garbled, row, showErrors, showForm } from "./form.js";
import { frame } from "./frame.js";
import { spelled } from "./json.js";
import { endMattered, showMattered } from "./mattered.js";
import { filter } from "./sections.js";
import { Failure, addressOf, ownAddress, service } from "./service.js";
import { downloadTemplate, predictTable, showTable } from "./table.js";

$("client").replaceChildren(...frame());

let retry = 0;

// ---- Which service, and by which key --------------------------------------------------------

function connect(text, key = "") {
  clearTimeout(retry);
  service.address = addressOf(text);
  $("service").value = service.address || text;
  $("address").open = service.address !== ownAddress() || !service.address;
  service.key = $("key").value = key;  // a key is for one service, and no other gets to see it
  if (service.address) return load();
  service.visit += 1;
  showNoForm(text ? `“${text}” is not an address. Write one like http://localhost:8080.`
    : "Which service should this page ask? Write its address below.");
}

$("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("service").value.trim() || ownAddress();
  const page = new URL(location);
  if (addressOf(text) === ownAddress()) page.searchParams.delete("service");
  else page.searchParams.set("service", addressOf(text) || text);
  try { history.replaceState(null, "", page); } catch { /* forbidden to some pages */ }
  connect(text);
});

$("access").addEventListener("submit", (event) => {
  event.preventDefault();
  service.key = $("key").value.trim();
  notify();
  if ($("main").hidden) return load();
  formChanged();
});

// ---- What the service says of itself --------------------------------------------------------

async function load() {
  const mine = ++service.visit;
  clearTimeout(retry);
  if ($("notice").hidden) showModel({ version: "Loading…" });
  try {
    const paths = ["api/info", "api/predict/params", "openapi.json"];
    const [info, params, api] = (await Promise.all(paths.map((path) => service.ask(path)))).map(({ found }) => found);
    if (mine === service.visit) show(info.metadata, params, api);
  } catch (failure) {
    if (mine === service.visit) showWhyNot(failure);
  }
}

function show(metadata, params, { components: { schemas }, paths }) {
  notify();
  showModel({ ...metadata, title: metadata.title || metadata.name, version: `Version ${metadata.version}` });
  $("docs").href = service.at("docs");
  $("docs").hidden = $("main").hidden = false;
  service.locked = Boolean(paths["/api/predict"]?.post?.security);
  service.explains = Boolean(paths["/api/explain"]);
  $("access").hidden = !service.locked && !service.key;
  const { title: asked, flags } = answersOf(schemas);
  $("result-title").textContent = asked;
  const features = featuresOf(params, schemas.Features);
  showForm(features);
  showTable(features, flags, paths["/api/predictions"]?.post.requestBody.content["application/json"].schema.maxItems);
  showText("Fill in the values and press Predict.");
  formChanged();
}

function showWhyNot(failure) {
  if (failure.status === 401) {
    $("access").hidden = false;
    return showNoForm(failure.message);
  }
  if (failure.status === 503) {
    retry = setTimeout(load, 3000);
    return showNoForm(`${failure.message} This page asks again by itself.`);
  }
  if (!(failure instanceof Failure)) console.warn(failure);
  $("address").open = true;
  const strange = `${service.address} does not answer as a prediction service does.`;
  showNoForm(failure instanceof Failure ? failure.message : strange, load);
}

// A description that begins with a question is the page's: what people came for.
function showModel({ title: name = "Prediction", version, engine, created, description = "" }) {
  const [, question, rest] = /^([^.!?]+\?)\s*(.*)$/s.exec(description) ?? ["", "", "", description];
  document.title = name;
  $("title").textContent = question && name;
  $("title").hidden = !question;
  $("name").textContent = question || name;
  $("description").textContent = question ? rest : description;
  const made = created && `made ${created.slice(0, 10)}`;
  $("version").textContent = [version, engine, made].filter(Boolean).join(" · ");
}

function showNoForm(message, again) {
  showModel({});
  $("main").hidden = $("docs").hidden = true;
  notify(message, [], again);
}

function notify(message = "", findings = [], again) {
  $("notice").hidden = !message;
  if (!message) return $("notice").replaceChildren();
  const list = findings.length && el("ul", {}, ...findings.map((finding) => el("li", {}, finding)));
  $("notice").replaceChildren(el("p", {}, sentence(message)), list || "", again ? button("Try again", again) : "");
}

// ---- The prediction -------------------------------------------------------------------------

let busy = false;

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  notify();
  clearAll();
  const wrong = garbled();
  if (wrong.length) return showText(showErrors(wrong));
  const { visit } = service;
  const start = performance.now();
  setBusy(true);
  endMattered();
  try {
    const values = row();
    const { found, version } = await service.ask("api/predict", JSON.stringify(values));
    if (visit !== service.visit) return;
    showAnswer(found, version, performance.now() - start);
    if (service.explains) showMattered(values);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    if (visit === service.visit) showFailure(failure);
  } finally {
    setBusy(false);
  }
});

function setBusy(on) {
  busy = on;
  $("predict").setAttribute("aria-disabled", on);
  $("predict").textContent = on ? "Predicting…" : "Predict";
  if (on) showText("Predicting…");
}

function showFailure(failure) {
  if (failure.status === 401) $("access").hidden = false;
  const errors = failure.problem.errors ?? [];
  const [inForm, others] = [true, false].map((known) => errors.filter(({ field }) => fields.has(field) === known));
  showText("No prediction.");
  if (others.length || !errors.length) {
    notify(errors.length ? failure.problem.title : failure.message,
      others.map(({ field, reason }) => (field ? `“${field}” ${reason}.` : sentence(reason))));
    $("notice").focus();
  }
  if (inForm.length) showText(showErrors(inForm));
}

function formChanged() {
  $("copied").textContent = "";
  const shown = service.locked || service.key ? '\n  -H "X-API-Key: $API_KEY" \\' : "";  // never the key itself
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  $("curl").textContent = `curl ${quoted(service.at("api/predict"))} \\
  -H 'Content-Type: application/json' \\${shown}
  -d ${quoted(spelled(filledIn()))}`;
  if ($("when")) $("when").textContent = "The form has changed since this answer.";
}

$("form").addEventListener("input", ({ target }) => (target === $("filter") ? filter() : formChanged()));
$("form").addEventListener("reset", () => setTimeout(() => {
  clearAll();
  notify();
  if ($("filter").value !== "") return;
  filter();
  showText("Fill in the values and press Predict.");
  formChanged();
}));
$("filter").addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });

// ---- Other ways: JSON, many rows, curl ------------------------------------------------------

$("fill").addEventListener("click", () => {
  const told = (text) => { $("json-wrong").textContent = text; };
  let values;
  try { values = JSON.parse($("json").value); } catch (error) { return told(`This is no JSON: ${error.message}.`); }
  if (Array.isArray(values) && values.length === 1) [values] = values;
  if (typeof values !== "object" || !values || Array.isArray(values)) return told("This is no object of values, such as {\"age\": 3}.");
  const wrong = fill(values);
  told(wrong.length ? [...wrong, "The rest is filled in."].join(" ") : "");
  formChanged();
  if (!wrong.length) $("predict").focus();
});

$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  if (file) $("csv").value = decoded(new Uint8Array(await file.arrayBuffer()));
});
$("template").addEventListener("click", downloadTemplate);
$("score").addEventListener("click", async () => {
  const failure = await predictTable();
  if (failure?.status === 401) $("access").hidden = false;
});
$("copy").addEventListener("click", async () => { $("copied").textContent = await copied($("curl")); });

// Preset by ?service=…#key=…: what follows # is sent to nobody, and it leaves the address bar at once.
const given = new URLSearchParams(location.hash.slice(1)).get("key") ?? "";
if (given) try { history.replaceState(null, "", location.href.replace(/#.*/, "")); } catch { /* see above */ }
connect(new URLSearchParams(location.search).get("service") ?? ownAddress(), given);
