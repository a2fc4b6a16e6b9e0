"""Requests a second at 16 connections, beside two peers on the same server.

One process on one core answers; the load comes from another process on another core.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import uvloop
from model_runtime.bundle.read import read_bundle
from model_runtime.project import project
from rich.console import Console
from rich.table import Table

from .reference import trained

CONNECTIONS = 16
SECONDS = 3
ROUNDS = 3
SERVERS = {
    "this service": "model_runtime.serving.app:create_app",
    "FastAPI and scikit-learn": "benchmarks.peers:plain",
    "an echo of the body": "benchmarks.peers:echo",
}


def main() -> None:
    """Load each server in turns and print the medians and their ratios to the first."""
    with trained("auto") as bundle, tempfile.TemporaryDirectory() as folder:
        body = json.dumps(read_bundle(bundle).schema.example).encode()
        ports = {name: _free_port() for name in SERVERS}
        log = Path(folder) / "log"
        processes = [_start(SERVERS[name], ports[name], bundle, log) for name in SERVERS]
        try:
            for port in ports.values():
                _wait(port, body)
            found: dict[str, list[float]] = {name: [] for name in SERVERS}
            for _ in range(ROUNDS):
                for name, port in ports.items():
                    found[name].append(_load(port, body))
        finally:
            for process in processes:
                process.terminate()
                process.wait()
    table = Table(title=f"Requests a second, {CONNECTIONS} connections, one process")
    for heading in ("", "requests/s", "of this service"):
        table.add_column(heading, justify="right" if heading else "left")
    ours = median(found["this service"])
    for name, rates in found.items():
        table.add_row(name, f"{median(rates):,.0f}", f"{median(rates) / ours:.3f}")
    Console().print(table)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(app: str, port: int, bundle: Path, log: Path) -> subprocess.Popen[bytes]:
    options = ["--no-access-log", "--log-level=error", f"--port={port}"]
    factory = [] if app.endswith(":echo") else ["--factory"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", app, *factory, *options],
            env=os.environ | {f"{project().prefix}PATHS__BUNDLE": str(bundle)},
            stdout=output,
            stderr=output,
        )
    _pin(process.pid, 0)
    return process


def _pin(pid: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(pid, {core})


def _wait(port: int, body: bytes) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            if asyncio.run(_requests(port, body, 0)) > 0:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("a server does not answer")


def _load(port: int, body: bytes) -> float:
    """Return requests a second as a process of its own counts them."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_rate, (port, body))


def _rate(port: int, body: bytes) -> float:
    _pin(0, 1)
    return uvloop.run(_rates(port, body)) / SECONDS


async def _rates(port: int, body: bytes) -> int:
    return sum(await asyncio.gather(*(_requests(port, body, SECONDS) for _ in range(CONNECTIONS))))


async def _requests(port: int, body: bytes, seconds: float) -> int:
    """Send requests on one connection, at least one; return how many were answered with 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /api/predict HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/json\r\n\r\n"
    )
    request = head.encode() + body
    answered, end = 0, time.monotonic() + seconds
    while answered == 0 or time.monotonic() < end:
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.split(b":")[1]))
        if not answer.startswith(b"HTTP/1.1 200"):
            break
        answered += 1
    writer.close()
    return answered


if __name__ == "__main__":
    main()
