// A collector of Fluentd's forward protocol, by @fluent-org/logger: each event becomes a line of a file.
// NODE_PATH=… node collector.cjs PORT FILE [SHARED_KEY CERTIFICATE PRIVATE_KEY]
const fs = require("fs");
const { FluentServer } = require("@fluent-org/logger");

const [port, file, sharedKey, certificate, privateKey] = process.argv.slice(2);
const server = new FluentServer({
  listenOptions: { port: Number(port), host: "localhost" },
  security: sharedKey && { serverHostname: "collector.example.org", sharedKey },
  tlsOptions: certificate && { cert: fs.readFileSync(certificate), key: fs.readFileSync(privateKey) },
});
server.on("entry", (tag, time, record) => {
  fs.appendFileSync(file, JSON.stringify({ tag, time: Number(time.epoch) + time.nano / 1e9, record }) + "\n");
});
server.listen().then(() => console.log("listening"));
