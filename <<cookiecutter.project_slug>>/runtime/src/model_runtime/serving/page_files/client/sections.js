// Many fields, laid out so that one finds them: groups, folds and a filter.

import { $, counted, el, fold } from "./dom.js";

const MANY = 24;  // up to so many fields are all in sight

export function laidOut(fields) {
  const used = fields.filter(({ unused }) => !unused);
  const many = used.length > MANY;
  const parts = grouped(used).flatMap(([group, members]) => (group ? [section(group, members, many)] : ungrouped(members, many)));
  const rest = fields.filter(({ unused }) => unused);
  const apart = rest.length && folded("Not used for the prediction", rest, false);
  setUpFilter(used.length > MANY / 2 ? fields : []);
  $("form").classList.toggle("long", many);
  const first = many && parts.find((part) => part.tagName === "DETAILS");
  if (first && !parts.some((part) => part.tagName !== "DETAILS")) first.open = true;
  return [...parts, apart].filter(Boolean);
}

// Groups in the order of their first field; the fields without one come first.
function grouped(fields) {
  const found = new Map([["", []]]);
  for (const field of fields) found.set(field.group, [...(found.get(field.group) ?? []), field]);
  return [...found].filter(([, members]) => members.length);
}

function section(group, members, many) {
  return many ? folded(group, members) : el("fieldset", {}, el("legend", {}, group), grid(members));
}

function ungrouped(members, many) {
  if (!many) return [grid(members)];
  const [needed, optional] = [false, true].map((wanted) => members.filter((each) => each.optional === wanted));
  const shown = needed.length ? needed : optional.splice(0, MANY);
  const more = shown.slice(MANY);
  return [grid(shown.slice(0, MANY)), more.length && folded("More, filled in with typical values", more),
    optional.length && folded("Optional", optional)].filter(Boolean);
}

const grid = (members) => el("div", { class: "fields" }, ...members.map(({ node }) => node));

function folded(title, members) {
  const summary = el("span", {}, title, " ", el("span", { class: "quiet" }, counted(members.length, "field")));
  const made = fold(undefined, summary, grid(members));
  made.className = "section";
  return made;
}

// ---- The filter -----------------------------------------------------------------------------

let findable = [];
let open = null;  // the sections that were open before the filter was

function setUpFilter(fields) {
  findable = fields;
  open = null;
  $("filter").value = "";
  $("finder").hidden = !fields.length;
  $("found").textContent = "";
}

export function filter() {
  const sections = [...$("fields").children];
  const wanted = $("filter").value.trim().toLowerCase();
  open ??= new Map(sections.map((each) => [each, each.open]));
  const fits = ({ name, title, about }) => `${title}\n${name}\n${about}`.toLowerCase().includes(wanted);
  for (const field of findable) field.node.hidden = !fits(field);
  for (const each of sections) {
    each.hidden = !each.querySelector(".field:not([hidden])");
    if (each.tagName === "DETAILS") each.open = wanted ? !each.hidden : open.get(each);
  }
  $("found").textContent = wanted ? `${counted(findable.filter(fits).length, "field")} of ${findable.length.toLocaleString()}` : "";
  if (!wanted) open = null;
}
