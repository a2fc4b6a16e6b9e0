"""Bytes of a request, of its answer, of its event in the prediction log; of a page of metrics.

Run in a made project that has a bundle: `make scale MEASURE=1`.
"""

import json
import socket
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from model_runtime.load.target import find_target
from model_runtime.settings import read_settings
from model_runtime.testing.service import running

REQUESTS = 200
"""Drawn from the schema, each asked once on one connection."""


def main() -> None:
    """Measure, and write JSON into the file that is named."""
    settings = read_settings()
    bundle = settings.paths.bundle
    with tempfile.TemporaryDirectory() as name:
        log = Path(name) / "log"
        with running(bundle, log) as service:
            service.wait("/readyz")
            target = find_target(service.url, "", 1, settings, settings.training.seed)
            requests = target.requests[:REQUESTS]
            answers = _answers(target.address, requests)
            metrics = len(service.client.get("/metrics").content)
        events = [line for line in log.read_bytes().splitlines(True) if b'"prediction"' in line]
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "model": settings.model.name,
        "requests": len(requests),
        "request_bytes": round(mean(map(len, requests)), 1),
        "answer_bytes": round(mean(answers), 1),
        "event_bytes": round(mean(map(len, events)), 1),
        "metrics_bytes": metrics,
        "bundle_bytes": sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file()),
    }
    Path(sys.argv[1]).write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _answers(address: tuple[str, int], requests: list[bytes]) -> list[int]:
    """Return the bytes of each answer, its head included."""
    sizes = []
    with socket.create_connection(address) as connection, connection.makefile("rb") as stream:
        for request in requests:
            connection.sendall(request)
            head = list(iter(stream.readline, b"\r\n"))
            if b" 200 " not in head[0]:
                raise SystemExit(f"refused: {head[0]!r}")
            (length,) = (int(line.split(b":")[1]) for line in head if _is_length(line))
            sizes.append(sum(map(len, head)) + 2 + len(stream.read(length)))
    return sizes


def _is_length(line: bytes) -> bool:
    return line.lower().startswith(b"content-length:")


if __name__ == "__main__":
    main()
