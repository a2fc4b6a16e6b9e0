// CSV (RFC 4180), with the separators, line ends, encodings and decimal signs of the programs that write it.

const MISSING = new Set(["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
  "NULL", "NaN", "None", "n/a", "nan", "null"]);

// A number whose decimal sign is known, as `make score` finds it: that of 1,000 may group thousands as well.
const sure = (sign, other) => new RegExp(`^(?:(?![+-]?[1-9]\\d{0,2}${sign}\\d{3}$)[+-]?(?:\\d*|[1-9]\\d{0,2}(?:${other}\\d{3})+)${sign}\\d+(?:[eE][+-]?\\d+)?|[+-]?[1-9]\\d{0,2}(?:${other}\\d{3}){2,})$`);
const SURE = [sure(",", "\\."), sure("\\.", ",")];
const THOUSANDTHS = [/^[+-]?\d+,\d{3}$/, /^[+-]?\d+\.\d{3}$/];

// UTF-8 where it can be, UTF-16 with its mark, or else Windows' cp1252.
export function decoded(bytes) {
  const mark = { "255,254": "utf-16le", "254,255": "utf-16be" }[bytes.slice(0, 2).join()];
  if (mark) return new TextDecoder(mark).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

// True where the numbers that leave no doubt have a decimal comma.
export function hasComma(cells, separator) {
  const said = (signs) => signs.map((sign) => cells.some((cell) => sign.test(cell)));
  const [comma, point] = [said(SURE), said(THOUSANDTHS)].find((each) => each.includes(true)) ?? [];
  return separator !== "," && Boolean(comma) && !point;
}

// A cell with a decimal point, and nothing for a word that means a missing value and is no label.
export function plain({ kind, optional, format, choices }, text, comma) {
  const missing = optional && MISSING.has(text) && (kind !== "text" || format) && !choices?.some(([label]) => label === text);
  if (missing) return "";
  return kind === "number" && comma ? text.replace(/[.,]/g, (sign) => (sign === "," ? "." : ",")) : text;
}

export function read(text) {
  const plain = text.replace(/^\uFEFF/, "");
  const head = plain.slice(0, plain.search(/\r|\n|$/));
  const separator = [",", ";", "\t", "|"].reduce((best, each) => (head.split(each).length > head.split(best).length ? each : best));
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  let at = 0;
  const end = () => { row.push(cell); cell = ""; };
  const endRow = () => {
    end();
    if (row.length > 1 || row[0].trim()) rows.push(row);
    row = [];
  };
  for (; at < plain.length; at += 1) {
    const sign = plain[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (plain[at + 1] === '"') cell += plain[at += 1];
      else quoted = false;
    } else if (sign === '"' && cell.trim() === "") {
      cell = "";
      quoted = true;
    } else if (sign === separator) end();
    else if (sign === "\n" || sign === "\r") endRow();
    else cell += sign;
  }
  endRow();
  const [header = [], ...records] = rows;
  return { header: header.map((name) => name.trim()), records, separator };
}

const cell = (value) => (/[",\r\n]/.test(value = String(value ?? "")) ? `"${value.replaceAll('"', '""')}"` : value);

export const write = (rows) => rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
