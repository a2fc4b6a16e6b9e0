"""Faults, done to a running service while users ask it at a steady rate; prints what is seen.

Run in a made project that has a bundle. docs/reliability.md has the table, and what is expected.
"""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from model_runtime.load.measured import Measured
from model_runtime.load.resident import resident_megabytes
from model_runtime.load.run import Load, run
from model_runtime.load.target import find_target
from model_runtime.settings import read_settings
from model_runtime.testing.service import Service, running, writing

RATE, USERS, MORE_USERS = 300, 4, 16
SETTINGS = read_settings()
BUNDLE = SETTINGS.paths.bundle


def main() -> None:
    """Do each, and tell."""
    print("| done | seen |\n| --- | --- |")
    for done, fault in FAULTS.items():
        print(f"| {done} | {fault()} |", flush=True)


def put(
    service: Service, load: Load, rows: int = 1, meanwhile: Callable[[], object] | None = None
) -> Measured:
    """Put load on a service, and do something in the midst of it."""
    service.wait("/readyz")
    target = find_target(service.url, "", rows, SETTINGS, SETTINGS.training.seed)
    doing = threading.Timer(0.4 * load.seconds, meanwhile or (lambda: None))
    doing.start()
    measured = run(target, load)
    doing.join()
    return measured


def told(found: Measured) -> str:
    """Say how many were answered, and how fast."""
    p99, longest = found.percentile(99) * 1e3, found.longest * 1e3
    answered = f"{found.answered:,} of {found.answered + found.failed:,} answered"
    return f"{answered}, p99 {p99:.1f} ms, longest {longest:.0f} ms"


def dropped(service: Service) -> str:
    """Say how many lines of the log were counted as dropped."""
    text = service.client.get("/metrics").text
    (count,) = (
        float(line.split()[1])
        for line in text.splitlines()
        if line.startswith('log_lines_dropped_total{stream="stdout"}')
    )
    return f"{count:,.0f} lines dropped and counted"


@contextmanager
def serving(**settings: str) -> Iterator[Service]:
    """Serve the bundle; its log goes nowhere."""
    with running(BUNDLE, Path(os.devnull), **settings) as service:
        yield service


def nothing() -> str:
    """Do nothing, to compare with."""
    with serving() as service:
        return told(put(service, Load(USERS, 5, RATE)))


def stopped_reader() -> str:
    """Let nobody read standard output."""
    reading, written = os.pipe()
    try:
        with writing(BUNDLE, written, subprocess.DEVNULL) as service:
            os.close(written)
            found = told(put(service, Load(USERS, 8, 60), rows=100))
            lines, begin = dropped(service), time.monotonic()
            service.process.terminate()
            service.process.wait(30)
            return f"{found}; {lines}; ended in {time.monotonic() - begin:.1f} s"
    finally:
        os.close(reading)


def full_disk() -> str:
    """Write standard output to a full disk."""
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        with writing(BUNDLE, full, subprocess.DEVNULL) as service:
            return f"{told(put(service, Load(USERS, 5, RATE)))}; {dropped(service)}"
    finally:
        os.close(full)


def connections(service: Service, count: int) -> list[socket.socket]:
    """Connect, and send nothing."""
    host, port = service.client.base_url.host, service.client.base_url.port
    return [socket.create_connection((host, port), timeout=60) for _ in range(count)]


def idle_connections() -> str:
    """Connect a thousand times, the users included, and send nothing."""
    with serving() as service:
        service.wait("/readyz")
        before = resident_megabytes(service.process.pid)
        idle = connections(service, 999)
        found = told(put(service, Load(USERS, 5, RATE)))
        grown = resident_megabytes(service.process.pid) - before
        for each in idle:
            each.close()
        return f"{found}; {grown:.1f} MB more"


def slow_clients() -> str:
    """Send a byte a second over many connections."""
    with serving() as service:
        service.wait("/readyz")
        slow, stop = connections(service, 200), threading.Event()

        def send() -> None:
            for byte in b"POST /api/predict HTTP/1.1\r\nHost: test\r\n" * 9:
                for each in slow:
                    try:
                        each.send(bytes([byte]))
                    except OSError:  # it was refused
                        continue
                if stop.wait(1):
                    return

        sending, begin = threading.Thread(target=send), time.monotonic()
        sending.start()
        found = told(put(service, Load(USERS, 5, RATE)))
        status = slow[0].recv(4096).split()[1].decode()
        stop.set()
        sending.join()
        for each in slow:
            each.close()
        return f"{found}; each slow one {status} after {time.monotonic() - begin:.0f} s"


def killed_worker() -> str:
    """Kill one of two workers (SIGKILL)."""
    with serving(SERVING__WORKERS="2") as service:

        def kill() -> None:
            tasks = Path(f"/proc/{service.process.pid}/task").glob("*/children")
            children = [child for task in tasks for child in task.read_text().split()]
            workers = [
                child
                for child in children
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
            ]
            os.kill(int(workers[-1]), signal.SIGKILL)

        return told(put(service, Load(MORE_USERS, 10, RATE), meanwhile=kill))


def ended() -> str:
    """End the service (SIGTERM), with 5 s of drain."""
    with serving(SERVING__DRAIN_SECONDS="5") as service:
        found = put(service, Load(MORE_USERS, 5, RATE), meanwhile=service.process.terminate)
        return f"{told(found)}; exit code {service.process.wait(60)}"


def renewed() -> str:
    """Replace each of two workers (SIGHUP)."""
    with serving(SERVING__WORKERS="2") as service:

        def renew() -> None:
            service.process.send_signal(signal.SIGHUP)

        return told(put(service, Load(MORE_USERS, 15, RATE), meanwhile=renew))


FAULTS: dict[str, Callable[[], str]] = {
    "nothing, to compare with": nothing,
    "the reader of standard output stops; 60 requests a second of 100 rows": stopped_reader,
    "standard output is on a full disk": full_disk,
    "999 idle connections beside the users": idle_connections,
    "200 clients that send a byte a second": slow_clients,
    "SIGKILL of one of two workers": killed_worker,
    "SIGTERM under load, 5 s of drain, users until then": ended,
    "SIGHUP under load, two workers": renewed,
}


if __name__ == "__main__":
    main()
