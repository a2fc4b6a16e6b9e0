// The form of one row: fields, sections, and what is wrong with a value beside it.

import { $, button, counted, el, sentence } from "./dom.js";
import { textOf, valueOf, whyNot } from "./features.js";
import { laidOut } from "./sections.js";

const MOST_LISTED = 25;  // more choices become a text field with suggestions

export let fields = new Map();  // by name: a feature, and its input, wrong, hints

export function showForm(features) {
  fields = new Map(features.map((feature, index) => [feature.name, field(feature, `field-${index}`)]));
  $("fields").replaceChildren(...laidOut([...fields.values()]));
}

function field(feature, id) {
  const made = { ...feature, ...input(feature, id) };
  const { input: control, list, title, unit, optional } = made;
  const part = (tag, kind, text, about) => text && el(tag, { id: `${id}-${kind}`, class: about }, text);
  const hints = [part("span", "unit", unit, "unit"), part("span", "note", optional && !feature.unused && "optional", "quiet"),
    part("p", "about", [feature.about, feature.help].filter(Boolean).map(sentence).join(" "), "quiet")];
  made.hints = hints.filter(Boolean).map((hint) => hint.id);
  made.wrong = el("div", { id: `${id}-wrong`, class: "wrong" });
  clearWrong(made);
  control.addEventListener("input", () => clearWrong(made));
  if (!optional) control.setAttribute("aria-required", "true");
  made.node = el("div", { class: "field" },
    el("div", { class: "row apart" }, el("label", { for: id }, title), hints[1]),
    el("div", { class: "box" }, control, list, hints[0]), hints[2], made.wrong);
  return made;
}

function input(feature, id) {
  const { kind, choices, example: value, min, max, whole } = feature;
  if (choices?.length > MOST_LISTED) {
    const options = choices.map(([label, name]) => el("option", { value: label, label: name !== label && name }));
    const list = el("datalist", { id: `${id}-labels` }, ...options);
    const control = el("input", { id, value, list: list.id, autocapitalize: "off", spellcheck: "false" });
    control.addEventListener("focus", () => control.select());
    feature.help = `one of ${choices.length}; type to search`;
    return { input: control, list };
  }
  if (choices) {
    const options = choices.map(([key, text]) => el("option", { value: key, selected: key === value }, text));
    // "—" is offered only where nothing may be chosen, or no example is.
    const none = (feature.optional || !choices.some(([key]) => key === value)) && el("option", { value: "" }, "—");
    feature.help = "";
    return { input: el("select", { id }, none, ...options) };
  }
  if (kind === "number") {
    return { input: el("input", { id, value, min, max, type: "number", step: whole ? 1 : "any",
      inputmode: min >= 0 ? (whole ? "numeric" : "decimal") : undefined }) };
  }
  if (feature.lines) return { input: el("textarea", { id, rows: 3 }, value) };
  const date = feature.format === "date" && { type: "date", min, max };
  return { input: el("input", { id, value, ...date }) };
}

export const filledIn = () => [...fields.values()].map((each) => [each.name, valueOf(each, each.input.value)])
  .filter(([, value]) => value !== undefined);

export const row = () => Object.fromEntries(filledIn());

// Fill in the values of an object, and say of which that can't be, and which of its names are no fields.
export function fill(values) {
  fields.forEach(clearWrong);
  const given = [...fields.values()].filter(({ name }) => Object.hasOwn(values, name));
  const unknown = Object.keys(values).filter((name) => !fields.has(name)).map((name) => `“${name}”`);
  return [...given.map((each) => put(each, values[each.name])), unknown.length && `The model knows no ${unknown.join(", ")}.`].filter(Boolean);
}

// A control keeps no value that it can't show: a choice that is not offered, a malformed number or date.
function put(field, value) {
  const { name, input: control } = field;
  const text = textOf(field, value);
  control.value = text ?? "";
  if (control.value === text?.replace(/\r\n?/g, "\n")) return "";
  return control.value ? `“${name}” is filled in without its line breaks.` : `“${name}” is left empty: ${whyNot(field, text ?? JSON.stringify(value))}.`;
}

// ---- What is wrong with values --------------------------------------------------------------

export function clearWrong({ input: control, wrong, hints }) {
  wrong.replaceChildren();
  control.removeAttribute("aria-invalid");
  control.setAttribute("aria-describedby", hints.join(" "));
}

export const clearAll = () => fields.forEach(clearWrong);

export const garbled = () => [...fields.values()].filter(({ input: control }) => control.validity.badInput)
  .map(({ name, kind }) => ({ field: name, reason: kind === "number" ? "must be a number" : "must be a date" }));

export function showErrors(errors) {
  for (const { field: name, reason, allowed } of errors) {
    const found = fields.get(name);
    found.input.setAttribute("aria-invalid", "true");
    found.input.setAttribute("aria-describedby", [found.wrong.id, ...found.hints].join(" "));
    found.wrong.replaceChildren(sentence(reason), suggestions(found, allowed));
    for (let at = found.node.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    found.node.hidden = false;
  }
  $("fields").querySelector('[aria-invalid="true"]').focus();
  return `No prediction: ${counted(errors.length, "value")} ${errors.length > 1 ? "have" : "has"} to be corrected in the form.`;
}

function suggestions(found, allowed) {
  if (!allowed?.length) return "";
  const choose = (label) => button(label, () => {
    found.input.value = label;
    clearWrong(found);
    found.input.focus();
    $("form").dispatchEvent(new Event("input"));
  });
  return el("div", { class: "row" }, "Did you mean", ...allowed.slice(0, 8).map(choose));
}
