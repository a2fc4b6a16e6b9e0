// Analyses queries by Kusto's own language service: node kusto.cjs FOLDER < {"tables": …, "queries": …}.
// Says for each query its diagnostics and the columns of its result.
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const folder = path.join(process.argv[2], "node_modules", "@kusto", "language-service-next");
for (const name of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(folder, name), "utf8"), { filename: name });
}
const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;

const { tables, queries } = JSON.parse(fs.readFileSync(0, "utf8"));
const symbols = Object.entries(tables).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, columns, null));
const database = new Symbols.DatabaseSymbol.ctor("logs", symbols);
const globals = GlobalState.Default.WithDatabase(database);

const items = (list) => Array.from({ length: list.Count }, (_, index) => list.getItem(index));
const found = queries.map((query) => {
  const code = KustoCode.ParseAndAnalyze(query, globals);
  const diagnostics = items(code.GetDiagnostics()).map((each) => each.Message);
  const columns = code.ResultType ? items(code.ResultType.Columns).map((each) => `${each.Name}: ${each.Type.Name}`) : [];
  return { diagnostics, columns };
});
process.stdout.write(JSON.stringify(found));
