"""A receiver of OTLP, by HTTP and gRPC, and of what is sent to Azure Monitor: a process.

It is made of the protocol's own generated classes (opentelemetry-proto). First it prints its two
ports as JSON, then a line for each request that it gets: the signal, and the request.
"""

import gzip
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2_grpc as logs_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2_grpc as metrics_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as traces_grpc

REQUESTS: dict[str, tuple[Any, Any]] = {
    "traces": (traces.ExportTraceServiceRequest, traces.ExportTraceServiceResponse),
    "metrics": (metrics.ExportMetricsServiceRequest, metrics.ExportMetricsServiceResponse),
    "logs": (logs.ExportLogsServiceRequest, logs.ExportLogsServiceResponse),
}


SERVICES: dict[str, tuple[Any, Any]] = {
    "traces": (traces_grpc.TraceServiceServicer, traces_grpc.add_TraceServiceServicer_to_server),
    "metrics": (
        metrics_grpc.MetricsServiceServicer,
        metrics_grpc.add_MetricsServiceServicer_to_server,
    ),
    "logs": (logs_grpc.LogsServiceServicer, logs_grpc.add_LogsServiceServicer_to_server),
}


def tell(signal: str, request: Any) -> None:
    """Print a request as one line."""
    sys.stdout.write(json.dumps({"signal": signal, "request": request}) + "\n")
    sys.stdout.flush()


class Receiver(BaseHTTPRequestHandler):
    """Takes OTLP's protobuf at /v1/<signal>, and Azure Monitor's JSON elsewhere."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a request."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        signal = self.path.removeprefix("/v1/")
        if signal in REQUESTS:
            kind, answer = REQUESTS[signal]
            tell(signal, MessageToDict(kind.FromString(body)))
            self._answer("application/x-protobuf", answer().SerializeToString())
            return
        items = json.loads(body)
        tell("azure", items)
        count = {"itemsReceived": len(items), "itemsAccepted": len(items), "errors": []}
        self._answer("application/json", json.dumps(count).encode())

    def _answer(self, media_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing beside what is received."""


def exporting(signal: str) -> Callable[[Any, Any, Any], Any]:
    """Return gRPC's method `Export` of a signal."""

    def export(self: Any, request: Any, context: Any) -> Any:
        tell(signal, MessageToDict(request))
        return REQUESTS[signal][1]()

    return export


def grpc_server() -> tuple[Any, int]:
    """Return a server that has begun to listen, and its port."""
    server = grpc.server(ThreadPoolExecutor(4))
    for signal, (base, add) in SERVICES.items():
        add(type(signal, (base,), {"Export": exporting(signal)})(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


if __name__ == "__main__":
    by_http = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    _by_grpc, grpc_port = grpc_server()
    sys.stdout.write(json.dumps({"http": by_http.server_port, "grpc": grpc_port}) + "\n")
    sys.stdout.flush()
    by_http.serve_forever()
