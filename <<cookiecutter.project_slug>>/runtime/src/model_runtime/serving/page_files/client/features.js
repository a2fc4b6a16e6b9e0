// What the service says of its features, as the form and the table need it.

import { bare } from "./csv.js";
import { readable } from "./dom.js";
import { entriesOf, keysOf } from "./json.js";

const LONGEST_SAID = 60;  // characters of a text, where it is only named
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;  // as `make score` reads it
const LONGEST_TEXT = 10000;  // the service's own limit, which nobody has to be told

export function featuresOf(params, { properties, required = [], examples = [] }) {
  const [labels, schemas] = [params, properties].map((each) => new Map(entriesOf(each)));
  const names = new Set([...labels.keys(), ...schemas.keys()]);
  return [...names].map((name) => {
    const given = schemas.get(name) ?? {};
    const schema = { ...given, ...given.anyOf?.find(({ type }) => type !== "null") };
    return {
      ...described(schema, labels.get(name)), name, title: given.title ?? name, group: given["x-group"] ?? "",
      example: String(examples[0]?.[name] ?? ""), optional: !required.includes(name),
      unused: !labels.has(name) || Boolean(given["x-leaks"]),  // the ID is no feature
    };
  });
}

function described(schema, labels) {
  const { type, formatMinimum, formatMaximum, minimum: min = formatMinimum, maximum: max = formatMaximum } = schema;
  const [about, unit] = parted(schema.description ?? "");
  const whole = type === "integer";
  const kind = labels ? "label" : type === "boolean" ? "boolean" : whole || type === "number" ? "number" : "text";
  const names = schema["x-names"] ?? (kind === "boolean" ? { true: "Yes", false: "No" } : {});
  const lines = kind === "text" && labels !== undefined && !schema.format && !schema.pattern && !(schema.maxLength <= 200);
  const named = (schema["x-order"] ?? keysOf(names)).map((value) => [value, names[value]]);
  return { kind, whole, min, max, about, unit, lines, format: schema.format, choices: choices(labels, named, schema), help: help(schema, whole, named) };
}

// A unit is at the end of a description, in brackets.
export const parted = (description) => /^(.*?)\s*(?:\[([^[\]]+)\])?$/s.exec(description).slice(1);

// The values to choose from, [value, what people call it]; those with names come first, in the names' order.
// Of a whole number, all have to have one.
function choices(labels, named, { type, minimum: min, maximum: max }) {
  if (!labels) return named.length && (type !== "integer" || named.length > max - min) ? named : undefined;
  const [known, told] = [new Set(labels), new Set(named.map(([label]) => label))];
  return [...named.filter(([label]) => known.has(label)), ...labels.filter((label) => !told.has(label)).map((label) => [label, label])];
}

function help(schema, whole, named) {
  const { type, format, minimum: min, maximum: max, minLength: least, maxLength: most } = schema;
  const { formatMinimum: from, formatMaximum: until } = schema;
  if (format === "date") return between(from, until, "", day);
  if (type === "string") return between(least, most < LONGEST_TEXT ? most : undefined, "characters");
  if (type !== "number" && !whole) return "";
  const meant = named.map(([value, name]) => `${value} means ${name}`);
  return [[between(min, max), whole && "whole number"].filter(Boolean).join(", "), ...meant].filter(Boolean).join("; ");
}

const day = (date) => new Date(`${date}T00:00`).toLocaleDateString(undefined, { dateStyle: "medium" });

function between(min, max, what = "", shown = readable) {
  const end = what && ` ${what}`;
  const [least, most] = shown === day ? ["not before", "not after"] : ["at least", "at most"];
  if (min !== undefined && max !== undefined) return `between ${shown(min)} and ${shown(max)}${end}`;
  return min !== undefined ? `${least} ${shown(min)}${end}` : max !== undefined ? `${most} ${shown(max)}${end}` : "";
}

// A value of a request, as people say it.
export function said({ choices, kind, unit, format }, value) {
  if (value === undefined || value === "") return "not given";
  const name = choices?.find(([key]) => key === String(value))?.[1];
  if (name !== undefined) return name;
  if (kind === "number") return [readable(value), unit].filter(Boolean).join(" ");
  if (format === "date") return day(value);
  return shortened(value);
}

const shortened = (text) => (text.length > LONGEST_SAID ? `${text.slice(0, LONGEST_SAID)}…` : text);

// A value of JSON as a field has it; nothing for a list or an object.
export function textOf({ kind }, value) {
  if (value === null) return "";
  if (typeof value === "object") return undefined;
  return String(kind === "boolean" && (value === 1 || value === 0) ? value === 1 : value);
}

export function whyNot({ kind, choices, format }, text) {
  const kinds = { boolean: "neither true nor false", number: "no number", text: format === "date" ? "no date such as 2026-11-28" : "no text" };
  return `“${shortened(text)}” is ${kinds[kind === "number" && choices ? "label" : kind] ?? "none of its values"}`;
}

// A text of a form or a table as JSON; nothing where it is empty and may be. One of no value stays as it is.
export function valueOf(feature, written) {
  const { kind, optional, choices } = feature;
  const text = bare(feature, written);
  if (text === "" && (optional || kind !== "text")) return undefined;
  const number = NUMBER.test(text) ? Number(text) : NaN;
  if (kind === "number") return Number.isFinite(number) ? number : text;
  if (kind === "boolean") return truth(text.toLowerCase(), number) ?? text;
  return kind === "label" && Number.isSafeInteger(number) ? labelOf(choices, text, String(number)) : text;
}

function truth(text, number) {
  if (text === "true" || number === 1) return true;
  return text === "false" || number === 0 ? false : undefined;
}

// The label 3 is meant by 3.0 as well, as tables have it, unless that is one too.
function labelOf(choices, text, whole) {
  const listed = (label) => choices.some(([each]) => each === label);
  return whole !== text && !listed(text) && listed(whole) ? whole : text;
}
