// Names, labels and answers are data: they become text and attributes, never markup.

export const $ = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child));
  return node;
}

export function button(text, act, kind = "small") {
  const node = el("button", { type: "button", class: kind }, text);
  node.addEventListener("click", act);
  return node;
}

export function fold(id, summary, ...children) {
  return el("details", { id }, el("summary", {}, summary), ...children);
}

export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");

export const counted = (number, one, more = `${one}s`) => `${number.toLocaleString()} ${number === 1 ? one : more}`;

// Four digits stand together, for they may be a year.
export function readable(number) {
  const digits = Math.abs(number) >= 1e6 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 6 };
  return number.toLocaleString(undefined, { useGrouping: "min2", ...digits });
}

export function percent(share) {
  const digits = { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const text = (value) => value.toLocaleString(undefined, digits);
  if (share > 0 && share < 0.0005) return `< ${text(0.001)}`;
  return share < 1 && share >= 0.9995 ? `> ${text(0.999)}` : text(share);
}

export async function copied(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return "Copied.";
  } catch {  // no clipboard without HTTPS or permission
    getSelection().selectAllChildren(node);
    return document.execCommand("copy") ? "Copied." : "Selected: copy it with Ctrl+C or ⌘C.";
  }
}
