// CSV (RFC 4180), with the separators and line ends of the programs that write it.

export function read(text) {
  const plain = text.replace(/^\uFEFF/, "");
  const head = plain.slice(0, plain.search(/\r|\n|$/));
  const separator = [",", ";", "\t"].reduce((best, each) => (head.split(each).length > head.split(best).length ? each : best));
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
  return { header: header.map((name) => name.trim()), records };
}

const cell = (value) => (/[",\r\n]/.test(value = String(value ?? "")) ? `"${value.replaceAll('"', '""')}"` : value);

export const write = (rows) => rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
