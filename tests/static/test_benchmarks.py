"""The benchmark of servers: its page is made of its data, peers are pinned, parts do their part."""

import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.serving.freshness import made_once
from benchmarks.serving.load import GET_WRK, load
from benchmarks.serving.measure import Effort, Measuring
from benchmarks.serving.page import page
from benchmarks.serving.process import start
from benchmarks.serving.server import Server, read_servers
from benchmarks.serving.wires import WIRES
from tools.examples import ROOT

ROWS = [{"Pclass": 1, "Gender": "male"}, {"Pclass": 3, "Gender": "female"}]
PEERS = [server for server in read_servers([]) if not server.ours]


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs" / "benchmarks.json").read_text("utf-8"))
    return found


def test_the_page_is_made_of_the_data(results: dict[str, Any]) -> None:
    assert page(results) == (ROOT / "docs" / "benchmarks.md").read_text("utf-8")


def test_every_server_has_its_figures_or_a_reason(results: dict[str, Any]) -> None:
    assert [*results["servers"]] == [server.name for server in read_servers([])]
    for name, server in results["servers"].items():
        rounds = {
            len(each) for figures in server.get("loads", {}).values() for each in figures.values()
        }
        assert "missing" in server or rounds == {results["effort"]["rounds"]}, name


def test_a_server_without_figures_is_a_row_with_the_reason(results: dict[str, Any]) -> None:
    label = "Flask + gunicorn"
    failed = {"label": label, "batching": False, "missing": "can't be installed: no | here"}
    shown = page(results | {"servers": results["servers"] | {"flask": failed}})
    assert re.search(re.escape(f"| {label} | can't be installed: no / here |"), shown)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peers_packages_are_pinned(peer: Server) -> None:
    assert peer.packages
    assert all(re.fullmatch(r"[\w-]+(\[\w+\])?==[\d.]+", each) for each in peer.packages)


def test_an_unknown_server_is_named() -> None:
    with pytest.raises(ValueError, match=r"no server nginx in servers\.toml: there are ours, "):
        read_servers(["ours", "nginx"])


@pytest.mark.parametrize(
    ("wire", "answer"),
    [
        ("rows", [[0.25, 0.75], [1, 0]]),
        ("instances", {"predictions": [[0.25, 0.75], [1, 0]]}),
        ("ours", [{"probabilities": [0.25, 0.75]}, {"probabilities": [1, 0]}]),
        ("open inference", {"outputs": [{"shape": [2, 2], "data": [0.25, 0.75, 1, 0]}]}),
    ],
)
def test_an_answer_is_read_as_probabilities(wire: str, answer: Any) -> None:
    assert WIRES[wire].read(answer) == [[0.25, 0.75], [1, 0]]


def test_rows_are_written_as_columns() -> None:
    written = WIRES["open inference"].write(ROWS)["inputs"]
    assert [(each["name"], each["datatype"], each["data"]) for each in written] == [
        ("Pclass", "FP64", [1, 3]),
        ("Gender", "BYTES", ["male", "female"]),
    ]


def test_without_wrk_a_sentence_says_where_to_get_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.serving", "--only", "ours"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (1, f"{GET_WRK}\n")


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_paused_server_and_its_children_stand_still(tmp_path: Path) -> None:
    child = "import sys; print('up', file=sys.stderr, flush=True); sys.stdin.read()"
    code = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE)\n"
        "child.wait()"
    )
    log = tmp_path / "log"
    running = start([sys.executable, "-c", code], tmp_path, log, quiet=True)
    try:
        wait_until(lambda: "up" in log.read_text())
        tree = [psutil.Process(running.process.pid)]
        tree += tree[0].children()
        assert len(tree) == 2
        running.pause()
        wait_until(lambda: {each.status() for each in tree} == {psutil.STATUS_STOPPED})
        running.resume()
        wait_until(lambda: psutil.STATUS_STOPPED not in {each.status() for each in tree})
        assert running.memory_mb() > 1
    finally:
        running.end()
    assert not any(each.is_running() for each in tree)


def test_a_server_that_cant_be_installed_has_the_reason_as_its_figures(tmp_path: Path) -> None:
    server = Server("broken", "Broken", bare=True, python="/nowhere/python", packages=("none==1",))
    told: list[str] = []
    measuring = Measuring(tmp_path, tmp_path, Effort(), told.append)
    found = measuring.run([server])["broken"]
    assert found["missing"].startswith("can't be installed: ")
    assert told[-1] == f"Broken: {found['missing']}"


def test_a_folder_is_made_again_when_what_it_is_made_of_changes(tmp_path: Path) -> None:
    folder, made = tmp_path / "made", []

    def make() -> None:
        folder.mkdir()
        made.append(1)

    for of in (["a"], ["a"], ["b"]):
        made_once(folder, of, make)
    assert len(made) == 2


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers 200 to the body `good`, 503 to any other."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        json_too = self.headers["Content-Type"] == "application/json"
        self.send_response(200 if body == b"good" and json_too else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.skipif(not shutil.which("wrk"), reason="there is no wrk here")
def test_wrk_counts_answers_and_not_refusals(url: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(b"good")
    bad.write_bytes(b"bad")
    found = load(url, good, 2, 1)
    assert found.requests_per_second > 1
    assert (found.refused, found.broken) == (0, 0)
    assert 0 < found.p50_ms <= found.p99_ms
    with pytest.raises(RuntimeError, match=r"no answer to 2 connections in 1 s; [1-9]\d* refused"):
        load(url, bad, 2, 1)
