// The rows of a table, as the service is asked about them.

import { BROKEN, bare, hasComma, plain, read } from "./csv.js";
import { counted } from "./dom.js";
import { valueOf } from "./features.js";
import { Failure } from "./service.js";

const MOST_ROWS = 20000;
const MOST_TOLD = 10;  // rows that are refused, as the service tells its findings

export function rowsOf(text, features) {
  const names = features.map(({ name }) => name);
  const { header, called, records, misfits, separator } = read(text, names);
  const known = features.filter(({ name }) => called.includes(name));
  check(known, called, names, records.length + misfits.length);
  demandNone(misfits);
  const columns = known.map((feature) => [feature, called.indexOf(feature.name)]);
  demandNone(records.flatMap((record, row) => {
    const garbled = columns.find(([, at]) => record[at].includes(BROKEN));
    return garbled ? { row, field: garbled[0].name, reason: "is not UTF-8" } : [];
  }));
  const numbers = columns.filter(([{ kind }]) => kind === "number");
  const comma = hasComma(records.flatMap((record) => numbers.map(([feature, at]) => bare(feature, record[at]))), separator);
  const value = (feature, cell) => (cell === "" ? undefined : valueOf(feature, cell));  // an empty cell is a missing value
  const rows = records.map((record) => Object.fromEntries(columns.map(([feature, at]) =>
    [feature.name, value(feature, plain(feature, record[at], comma))]).filter(([, each]) => each !== undefined)));
  return { header, records, rows, comma, ignored: called.filter((name) => !names.includes(name)) };
}

function demandNone(misfits) {
  if (!misfits.length) return;
  const many = misfits.length > 1;
  throw new Failure(`No prediction: ${counted(misfits.length, "row")} ${many ? "have" : "has"} to be corrected.`, 0, { errors: misfits.slice(0, MOST_TOLD) });
}

function check(known, called, names, count) {
  if (known.every(({ unused }) => unused) || !count) {
    throw new Failure(`The first line has to be the names of the columns, and each further line a row. The columns are ${names.join(", ")}.`);
  }
  const twice = known.find(({ name }) => called.indexOf(name) < called.lastIndexOf(name));
  if (twice) throw new Failure(`The table has two columns named ${twice.name}; remove or rename one.`);
  if (count > MOST_ROWS) {
    throw new Failure(`${counted(count, "row")} are more than this page takes (${MOST_ROWS.toLocaleString()}); \`make score\` takes any number.`);
  }
}
