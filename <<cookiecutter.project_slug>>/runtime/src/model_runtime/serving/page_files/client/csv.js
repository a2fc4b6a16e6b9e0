// CSV (RFC 4180), with the separators, line ends, encodings and decimal signs of the programs that write it.
// Rows are found and refused as `make score` does it.

import { counted } from "./dom.js";

const SEPARATORS = [",", ";", "\t", "|"];
const REPLACED = "\ufffd";  // what decoders write for bytes that are no UTF-8, and a text may have itself
export const BROKEN = "\udcff";  // stands for them here: half of a pair, which no text has
const STRAY = "has a quote where CSV allows none, or a quote that is not closed";

const MISSING = new Set(["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
  "NULL", "NaN", "None", "n/a", "nan", "null"]);

// A number whose decimal sign is known, as `make score` finds it: that of 1,000 may group thousands as well.
const sure = (sign, other) => new RegExp(`^(?:(?![+-]?[1-9]\\d{0,2}${sign}\\d{3}$)[+-]?(?:\\d*|[1-9]\\d{0,2}(?:${other}\\d{3})+)${sign}\\d+(?:[eE][+-]?\\d+)?|[+-]?[1-9]\\d{0,2}(?:${other}\\d{3}){2,})$`);
const SURE = [sure(",", "\\."), sure("\\.", ",")];
const THOUSANDTHS = [/^[+-]?\d+,\d{3}$/, /^[+-]?\d+\.\d{3}$/];

// Of each encoding, the bytes of that sign, and of one that no text has, which stands for it while broken bytes are found.
const ASIDE = "\ufdd0";
const WAYS = { "utf-8": [[239, 191, 189], [239, 183, 144]], "utf-16le": [[253, 255], [208, 253]], "utf-16be": [[255, 253], [253, 208]] };

function marked(bytes, encoding) {
  const [own, aside] = WAYS[encoding];
  const swapped = bytes.slice();
  for (let at = 0; at < bytes.length; at += own.length === 2 ? 2 : 1)
    if (own.every((byte, k) => bytes[at + k] === byte)) swapped.set(aside, at);
  return new TextDecoder(encoding).decode(swapped).replaceAll(REPLACED, BROKEN).replaceAll(ASIDE, REPLACED);
}

// UTF-8 with its mark, where it can be, or where less is broken than not; UTF-16 with its mark, or else Windows' cp1252.
export function decoded(bytes) {
  const mark = { "255,254": "utf-16le", "254,255": "utf-16be" }[bytes.slice(0, 2).join()];
  if (mark) return marked(bytes, mark);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const single = new TextDecoder("windows-1252").decode(bytes);
    const signs = [...new TextDecoder("utf-8").decode(bytes, { stream: true }).replace(/[\0-\x7f]+/g, "")];
    const isMarked = bytes.slice(0, 3).join() === "239,187,191";
    const own = single.split("\xef\xbf\xbd").length - 1;
    const broken = signs.filter((sign) => sign === REPLACED).length - own;
    return isMarked || 2 * broken <= signs.length ? marked(bytes, "utf-8") : single;
  }
}

// True where the numbers that leave no doubt have a decimal comma.
export function hasComma(cells, separator) {
  const said = (signs) => signs.map((sign) => cells.some((cell) => sign.test(cell)));
  const [comma, point] = [said(SURE), said(THOUSANDTHS)].find((each) => each.includes(true)) ?? [];
  return separator !== "," && Boolean(comma) && !point;
}

const unblanked = (text) => text.replace(/^[ \t]+|[ \t]+$/g, "");

// Texts and labels have the blanks around them; other values have none.
export const bare = ({ kind, format }, text) => (kind === "label" || (kind === "text" && !format) ? text : unblanked(text));

// A cell with a decimal point, and nothing for a word that means a missing value and is no label.
export function plain(feature, cell, comma) {
  const { kind, optional, format, choices } = feature;
  const text = bare(feature, cell);
  const missing = optional && MISSING.has(text) && (kind !== "text" || format) && !choices?.some(([label]) => label === text);
  if (missing) return "";
  return kind === "number" && comma ? text.replace(/[.,]/g, (sign) => (sign === "," ? "." : ",")) : text;
}

// The place after the line that a place is in, and after the empty lines that follow.
function afterLine(text, at) {
  const end = /[\r\n]+|$/g;
  end.lastIndex = at;
  end.exec(text);
  return end.lastIndex;
}

// The record that begins at a place, and where the next one may; nothing where quotes are none of CSV's.
function recordAt(text, start, separator) {
  const cells = [];
  for (let at = start; ; at += 1) {
    let cell = "";
    if (text[at] === '"') {
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) return undefined;
        cell += text.slice(at + 1, close);
        at = close + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
    } else {
      const from = at;
      while (at < text.length && ![separator, '"', "\r", "\n"].includes(text[at])) at += 1;
      cell = text.slice(from, at);
    }
    cells.push(cell);
    if (text[at] === separator) continue;
    return at === text.length || "\r\n".includes(text[at]) ? { cells, end: afterLine(text, at) } : undefined;
  }
}

// A column is called by its name, or by its name without blanks around it where no column has just that.
const called = (header, names) => header.map((name) => {
  const trimmed = unblanked(name);
  return names.has(name) || !names.has(trimmed) || header.includes(trimmed) ? name : trimmed;
});

// The header, what its columns are called, the records, and the rows that are none, with the reason.
// A line before the header may say the separator, for Excel; of equally good ones the first is taken.
export function read(text, names) {
  const known = new Set(names);
  const [said, sign] = /^\uFEFF?"?sep=([ !#-/:-@[-`{-~\t])"?(?:\r\n?|\n)/i.exec(text) ?? ["\uFEFF"];
  const plain = text.slice(text.startsWith(said) ? said.length : 0).replace(/^[\r\n]+/, "");
  const separators = sign ? [sign] : SEPARATORS;
  const headers = separators.map((separator) => recordAt(plain, 0, separator) ?? { cells: [], end: plain.length });
  const found = headers.map(({ cells }) => called(cells, known).filter((name) => known.has(name)).length);
  const best = found.indexOf(Math.max(...found));
  const [separator, { cells: header, end }] = [separators[best], headers[best]];
  const fields = (cells) => counted(cells.length, "field");
  const [records, misfits] = [[], []];
  const refuse = (reason) => misfits.push({ row: records.length + misfits.length, reason });
  for (let at = end; at < plain.length;) {
    const record = recordAt(plain, at, separator);
    if (!record) refuse(STRAY);
    else if (record.cells.length === header.length) records.push(record.cells);
    else refuse(`has ${fields(record.cells)}, and the header has ${fields(header)}`);
    at = record?.end ?? afterLine(plain, at);
  }
  return { header, called: called(header, known), records, misfits, separator };
}

const cell = (value) => (/[",\r\n]/.test(value = String(value ?? "")) ? `"${value.replaceAll('"', '""')}"` : value);

export const write = (rows) => rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
