"""Prediction logs where they are: files, standard input, pods, Elasticsearch."""

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from model_runtime.bundle.schema import Schema
from model_runtime.errors import ProjectError
from model_runtime.monitoring.event import Broken, entity_id, parsed, prediction
from model_runtime.monitoring.outcomes import logged_id
from model_runtime.monitoring.places import open_log
from model_runtime.scoring.inputs import LONGEST
from model_runtime.serving.prediction_log.features import Shown
from model_runtime.settings import Log

from ..support.logged import event, read, written

YES = {"yes": 0.75, "no": 0.25}
SCHEMA = Schema.model_validate(
    {
        "task": "regression",
        "target": "spent",
        "id": "customer",
        "features": [{"name": "age", "type": "integer", "example": 3}],
    }
)


def test_an_event_is_read_whatever_stands_before_it_on_its_line() -> None:
    line = json.dumps(event(7, YES, hours=1, features={"age": 3})).encode()
    for before in (b"", b"2030-01-01T00:00:00.123Z ", b"[pod/shop-1/service] "):
        found = prediction(parsed(before + line))
        assert found is not None
        assert (found.id, found.version, found.answer) == ("7", 1, YES)
        assert found.features == {"age": 3}
        assert found.time == 1_893_456_000 + 3_600


def test_times_of_all_zones_are_one_time() -> None:
    times = ("2030-01-01T12:00:00.000+00:00", "2030-01-01T13:00+01:00", "2030-01-01T12:00:00Z")
    found = [prediction(event(1, YES) | {"time": time}) for time in times]
    assert len({each.time for each in found if each}) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time": None}, "fromisoformat"),
        ({"time": "yesterday"}, "yesterday"),
        ({"version": "x"}, "'x'"),
        ({"probabilities": [1]}, "zip"),
        ({"probabilities": [None, 1]}, "float"),
    ],
)
def test_a_broken_event_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Broken, match=reason):
        prediction(event(1, YES) | changes)
    bare = event(1, YES)
    del bare["version"]
    with pytest.raises(Broken, match="it has no version"):
        prediction(bare)


def test_an_id_is_the_same_as_number_and_as_text() -> None:
    assert {entity_id(value) for value in (7, 7.0, "7")} == {"7"}
    assert [entity_id(value) for value in (None, "", float("nan"))] == [None] * 3
    assert entity_id("007") == "007"


def test_outcomes_ids_are_hashed_as_the_logs_are() -> None:
    log = Log.model_validate({"features": {"customer": "hashed"}, "hash_key": "k" * 32})
    logged = Shown(SCHEMA, {"customer": "hashed"}, "k" * 32).id({"customer": 7})
    assert [logged_id(log, "customer")(value) for value in (7, 7.0, "7")] == [logged] * 3
    assert logged_id(log, "customer")("") is None
    assert logged_id(Log(), "customer")(7.0) == "7"
    with pytest.raises(ProjectError, match="leaves 'customer' out"):
        logged_id(Log.model_validate({"features": {"customer": "omitted"}}), "customer")


def test_a_folder_is_read_file_by_file_packed_ones_too(tmp_path: Path) -> None:
    written(tmp_path / "shop.log", [event(3, YES)])
    lines = written(tmp_path / "x", [event(1, YES), "noise"]).read_bytes()
    (tmp_path / "x").unlink()
    (tmp_path / "shop-1.log.gz").write_bytes(gzip.compress(lines))
    written(tmp_path / "shop-2.log", [event(2, YES)])
    assert read(tmp_path) == ["1", "2", "3"]
    packed = gzip.compress(lines)
    for damaged in (b"{}", b"\x1f\x8b", packed[:-9], packed[:-8] + bytes(8), packed + b"{}"):
        (tmp_path / "shop-1.log.gz").write_bytes(damaged)
        with pytest.raises(ProjectError, match=r"shop-1\.log\.gz is no whole gzip file \(.+\): "):
            read(tmp_path)


def test_standard_input_is_read_where_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (
        json.dumps(event(1, YES)).encode()
        + b"\nnot an event\n"
        + json.dumps(event(2, YES)).encode()
    )
    given = SimpleNamespace(buffer=io.BytesIO(lines), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", given)
    assert read("") == ["1", "2"]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    with pytest.raises(ProjectError, match="Say where the prediction log is"):
        read("-")


def test_lines_that_are_too_long_or_torn_are_counted_and_cost_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "shop.log"
    long = json.dumps(event(1, YES, features={"note": "x" * LONGEST}))
    written(file, [long, event(2, YES), '{"event": "prediction"', "[1]", ""])
    log = open_log(str(file), "", "shop", "", "")
    assert [each.id for each in log.predictions()] == ["2"]
    assert log.left_out() == ["3 records are no predictions"]


def test_only_the_times_that_are_asked_for_count(tmp_path: Path) -> None:
    file = written(tmp_path / "shop.log", [event(k, YES, hours=24 * k) for k in range(5)])
    assert read(file, "2030-01-02", "2030-01-04T00:00+00:00") == ["1", "2"]
    with pytest.raises(ProjectError, match="SINCE is 'today', and no time"):
        read(file, "today")
    with pytest.raises(ProjectError, match="5 records are predictions of other times"):
        read(file, "2031-01-01")


def test_what_is_nowhere_is_told_with_all_ways(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"neither a file or folder here, nor pod/NAME"):
        read(tmp_path / "nothing.log")
    with pytest.raises(ProjectError, match="a folder without files"):
        read(tmp_path)
    with pytest.raises(ProjectError, match="names no index"):
        read("https://127.0.0.1:9200/")
    with pytest.raises(ProjectError, match="FROM holds a password"):
        read("https://elastic:secret@127.0.0.1:9200/shop")


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubectl that notes how it was called, and prints a log or fails."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "kubectl"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/called\ncat {tmp_path}/log 2>/dev/null && exit 0\n'
        "echo 'Error from server (NotFound): pods \"shop\" not found' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@pytest.mark.parametrize(
    ("place", "called"),
    [
        ("pod/shop-1", "logs pod/shop-1 --namespace=shops"),
        ("deployment/shop", "logs deployment/shop --namespace=shops --all-pods=true"),
    ],
)
def test_a_pods_log_is_read_by_kubectl(kubectl: Path, place: str, called: str) -> None:
    written(kubectl / "log", ["INFO: started", event(1, YES), event(2, YES)])
    assert read(place) == ["1", "2"]
    assert (kubectl / "called").read_text().strip() == called


def test_what_kubectl_says_is_told(kubectl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        ProjectError, match=r'log of pod/shop in namespace shops: .*"shop" not found'
    ):
        read("pod/shop")
    monkeypatch.setenv("PATH", str(kubectl))
    with pytest.raises(ProjectError, match="kubectl is not installed here"):
        read("pod/shop")


@pytest.mark.slow
def test_memory_does_not_depend_on_the_logs_length(tmp_path: Path) -> None:
    """A log of four times the size, both longer than a block, takes about as much."""
    code = f"""
import re, sys
from pathlib import Path
from model_runtime.monitoring.join import joining
from model_runtime.monitoring.outcomes import Outcomes
from model_runtime.monitoring.outcomes import logged_id
from model_runtime.monitoring.places import open_log
with joining() as join:
    join.add_outcomes(Outcomes(Path({str(tmp_path / "known.csv")!r}), "customer", "bought").pairs())
    join.add_predictions(open_log(sys.argv[1], "", "shop", "", "").predictions())
print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
"""
    (tmp_path / "known.csv").write_text("customer,bought\n1,yes\n")
    line = json.dumps(event("1", YES)) + "\n"
    peaks = []
    for rows in (40_000, 160_000):
        file = tmp_path / f"{rows}.log"
        file.write_text(line * rows)
        command = [sys.executable, "-c", code, str(file)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 16, f"{peaks} MiB"
