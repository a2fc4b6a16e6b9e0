-- Posts the body in the file that is named after `--`, and ends with one line of JSON.

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  local file = assert(io.open(args[1], "rb"))
  wrk.body = file:read("*a")
  file:close()
end

function done(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "mean_ms": %.4f, "p50_ms": %.4f, "p99_ms": %.4f, ' ..
      '"refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency.mean / 1e3,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    failed.status, failed.connect + failed.read + failed.write + failed.timeout))
end
