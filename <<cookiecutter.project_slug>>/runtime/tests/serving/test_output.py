"""Standard output and error that nobody reads, or that are full or closed, stop nothing."""

import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model_runtime.serving.output import Output
from model_runtime.testing.service import COMMAND, MODULE, Service, writing

from ..support.reloading import wait_for

LINE = b"x" * 99 + b"\n"
SOON = 10
"""Seconds in which a service without drain ends."""


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    """A reading and a writing end; who closes one opens it as something else."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def dropped(service: Service, stream: str = "stdout") -> float:
    text = service.client.get("/metrics").text
    return float(text.split(f'log_lines_dropped_total{{stream="{stream}"}} ')[1].split("\n")[0])


def ask_until_lines_are_dropped(service: Service) -> None:
    rows = [service.example] * 1_000

    def are_dropped() -> bool:
        assert service.post("/api/predictions", rows).status_code == 200
        assert service.client.get("/livez").status_code == 200
        return dropped(service) > 0

    wait_for(are_dropped, "a dropped line")


@pytest.mark.parametrize("way", [MODULE, COMMAND], ids=["module", "command"])
def test_its_address_is_told_first(trained: Path, tmp_path: Path, way: tuple[str, ...]) -> None:
    log = tmp_path / "log"
    with (
        log.open("w") as output,
        writing(trained / "model_bin", output, output, way) as service,
    ):
        service.wait("/readyz")
        address = str(service.client.base_url).rstrip("/")
        wait_for(lambda: f"Serving on {address}" in log.read_text().split("\n")[0], "its address")


# The command calls the module's own main: each way and each number once is enough.
@pytest.mark.parametrize(("way", "workers"), [(MODULE, "1"), (COMMAND, "2")], ids=["1", "2"])
def test_a_service_whose_output_nobody_reads_answers_and_ends(
    trained: Path, way: tuple[str, ...], workers: str
) -> None:
    with (
        pipe() as (_, end),
        writing(trained / "model_bin", end, end, way, SERVING__WORKERS=workers) as service,
    ):
        service.wait("/readyz")
        ask_until_lines_are_dropped(service)
        # Each of these is logged, too, as an error of which nobody reads.
        assert service.client.get("/readyz").status_code == 200
        service.process.terminate()
        assert service.process.wait(timeout=SOON) == 0


def test_a_service_whose_errors_nobody_reads_starts_and_ends(trained: Path) -> None:
    with pipe() as (_, end):
        os.set_blocking(end, False)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(end, LINE)
        os.set_blocking(end, True)
        with writing(trained / "model_bin", subprocess.DEVNULL, end) as service:
            service.wait("/readyz")
            service.process.terminate()
            assert service.process.wait(timeout=SOON) == 0


def test_a_notice_tells_how_many_lines_a_reader_misses_that_was_stopped(
    trained: Path, tmp_path: Path
) -> None:
    file = tmp_path / "read"

    def events() -> list[dict[str, object]]:
        return [json.loads(line) for line in file.read_text().splitlines(True) if line[-1] == "\n"]

    def told() -> float:
        return sum(int(str(each["lines"])) for each in events() if each["event"] == "dropped")

    reading, end = os.pipe()
    with (
        file.open("w") as kept,
        subprocess.Popen(["cat"], stdin=reading, stdout=kept) as reader,
        writing(trained / "model_bin", end, subprocess.DEVNULL) as service,
    ):
        os.close(reading)
        os.close(end)
        service.wait("/readyz")
        reader.send_signal(signal.SIGSTOP)
        ask_until_lines_are_dropped(service)
        lost = dropped(service)
        reader.send_signal(signal.SIGCONT)
        wait_for(lambda: told() == lost, "the notice")
        assert dropped(service) == lost
    assert {event["event"] for event in events()} == {"prediction", "dropped"}


@pytest.mark.parametrize("kind", ["full disk", "closed pipe"])
def test_an_output_that_takes_nothing_is_told_in_one_sentence(
    trained: Path, tmp_path: Path, kind: str
) -> None:
    if kind == "full disk":
        end = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, end = os.pipe()
        os.close(reading)
    with (
        (tmp_path / "log").open("w") as log,
        writing(trained / "model_bin", end, log) as service,
    ):
        os.close(end)
        service.wait("/readyz")
        for number in range(1, 4):
            assert service.post("/api/predict", service.example).status_code == 200
            wait_for(lambda wanted=number: dropped(service) == wanted, "the count")  # type: ignore[misc]
    text = (tmp_path / "log").read_text()
    assert text.count("Standard output takes no lines") == 1
    assert "Traceback" not in text


def test_a_service_without_output_serves(trained: Path, tmp_path: Path) -> None:
    """`>&-` closes the descriptor, which a connection could get next."""
    code = (
        "import os, sys; os.close(1); os.close(2);"
        f"os.execv(sys.executable, [sys.executable, '-c', {CLOSED!r}])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 7


CLOSED = """
import os, socket, sys
from model_runtime.serving import standard_streams
standard_streams.take_over(1)
assert min(socket.socket().fileno(), os.dup(0)) > 2
print("lost"); sys.stderr.write("lost too\\n")
standard_streams.end(7)
"""


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Let no file grow over a size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_line_that_a_full_disk_tore_is_ended_before_the_next(tmp_path: Path) -> None:
    file = tmp_path / "log"
    counted = []
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    output = Output(descriptor, 4096)
    output.count(lambda stream, lines: counted.append((stream, lines)))
    with limited(250):
        output.add("stdout", LINE * 5)
        wait_for(lambda: bool(counted), "a dropped line")
        assert file.stat().st_size == 250
    output.add("stdout", LINE)
    output.flush(time.monotonic() + SOON)
    lines = file.read_bytes().splitlines(keepends=True)
    assert [line for line in lines if b"dropped" not in line] == [LINE] * 4
    assert (counted, json.loads(lines[3])["lines"]) == ([("stdout", 2)], 2)
    os.close(descriptor)


def test_lines_of_several_processes_are_whole_in_a_pipe() -> None:
    with pipe() as (reading, end):
        size = fcntl.fcntl(reading, fcntl.F_GETPIPE_SZ)
        first, second = Output(end, 4096), Output(end, 4096)
        one, two = b"1" * 700 + b"\n", b"2" * 900 + b"\n"
        for _ in range(200):
            first.add("stdout", one * 20)
            second.add("stdout", two * 20)
        expected, found = 200 * 20 * (len(one) + len(two)), b""
        while len(found) < expected:
            found += os.read(reading, size)
        assert set(found.splitlines(keepends=True)) == {one, two}


def test_what_is_written_in_parts_comes_as_whole_lines(tmp_path: Path) -> None:
    code = """
import sys, threading
from model_runtime.serving import standard_streams
standard_streams.take_over(1)
print("é", 1, end=""); sys.stderr.write("two\\n"); print(" one"); print("last", end="")
standard_streams.end(0)
"""
    with (tmp_path / "log").open("wb") as log:
        subprocess.run([sys.executable, "-c", code], stdout=log, stderr=log, check=True)
    assert (tmp_path / "log").read_text("utf-8") == "two\né 1 one\nlast\n"
