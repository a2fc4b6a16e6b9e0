"""The prediction log of a running service: its events, its file, and what settings it lacks."""

import hashlib
import json
import resource
import threading
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from model_runtime.bundle.read import Bundle
from model_runtime.contract.routes import PATHS
from model_runtime.errors import ProjectError
from model_runtime.keyed_hash import Hash
from model_runtime.serving.prediction_log import demand_complete
from model_runtime.serving.prediction_log.best import answers
from model_runtime.serving.prediction_log.event import Dropped
from model_runtime.serving.prediction_log.features import Shown
from model_runtime.serving.prediction_log.rotating_file import RotatingFile
from model_runtime.settings import Log
from model_runtime.settings.log import LogFile
from model_runtime.tasks import class_indices
from model_runtime.testing.service import Service, running

from ..support.reloading import Place, wait_for

KEY = "a-key-for-tests-0123456789"


def into(file: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a service whose predictions go to a file."""
    named = {f"LOG__{name.upper()}": value for name, value in settings.items()}
    return {"LOG__PREDICTIONS": "file", "LOG__FILE__PATH": str(file), **named}


def read(file: Path) -> list[dict[str, Any]]:
    """Return the events of a file, of which every line is whole."""
    text = file.read_text("utf-8") if file.exists() else ""
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_an_event_says_who_asked_what_and_who_answered(
    place: Place, bundles: list[Bundle], tmp_path: Path
) -> None:
    file, metadata = tmp_path / "events" / "log.jsonl", bundles[0].metadata
    ways = {"*": "plain", "copy": "omitted", "Größe": "hashed"}
    about = {"features": json.dumps(ways), "hash_key": KEY, "time_zone": "Asia/Kolkata"}
    row = {**bundles[0].schema.example, "customer": 7, "age": 30, "Größe": "L"}
    rows = [row, {**row, "customer": 8, "income per.year": None}]
    bodies = [row, rows, rows, {"data": rows}]
    with running(place.folder, tmp_path / "log", **into(file, **about)) as service:
        service.wait("/readyz")
        replies = [service.post(*each) for each in zip(PATHS, bodies, strict=True)]
        service.process.terminate()
        service.process.wait(timeout=30)
    events = read(file)
    assert [(e["route"], e["row"], e["id"]) for e in events] == [
        (PATHS[0], 0, "7"),
        *((path, number, str(7 + number)) for path in PATHS[1:] for number in (0, 1)),
    ]
    ids = [reply.headers["x-request-id"] for reply in replies]
    assert [event["request_id"] for event in events] == [
        ids[0],
        *(i for i in ids[1:] for _ in "12"),
    ]
    hashed = hashlib.blake2b(b"L", key=KEY.encode(), digest_size=16).hexdigest()
    for event, number in zip(events, (0, 0, 1, 0, 1, 0, 1), strict=True):
        income = rows[number]["income per.year"]
        assert event["features"] == {"income per.year": income, "age": 30, "Größe": hashed}
        at = datetime.fromisoformat(event["time"])
        assert at.utcoffset() == timedelta(hours=5.5)
        assert abs(at.timestamp() - file.stat().st_mtime) < 60
        assert (event["event"], event["model"]) == ("prediction", metadata.name)
        assert (event["version"], event["uuid"]) == (metadata.version, str(metadata.uuid))
        assert datetime.fromisoformat(event["created"]) == metadata.created
        assert 0 < event["milliseconds"] < 60_000
    for event, number in zip(events[3:5], (0, 1), strict=True):
        both = replies[2].json()[number]
        shares = dict(zip(both["class_names"], both["probabilities"], strict=True))
        assert dict(zip(event["class_names"], event["probabilities"], strict=True)) == shares
        assert event["class_name"] == event["class_names"][0]
        assert event["probability"] == event["probabilities"][0] == max(shares.values())


@given(st.data(), st.integers(1, 6), st.integers(1, 8))
def test_the_most_likely_classes_begin_with_the_one_that_was_answered(
    data: st.DataObject, classes: int, most: int
) -> None:
    rows = st.lists(st.floats(0, 1, width=32), min_size=classes, max_size=classes)
    outputs = np.array(data.draw(st.lists(rows, min_size=1, max_size=3)))
    names = [f"class {number}" for number in range(classes)]
    schema: Any = SimpleNamespace(classes=names)
    found = answers(schema, most)(outputs)
    for row, first, (_, name, share, best, shares) in zip(
        outputs, class_indices(outputs), found, strict=True
    ):
        assert isinstance(best, list) and isinstance(shares, list)
        assert (name, share) == (names[first], row[first]) == (best[0], shares[0])
        assert shares == [row[names.index(each)] for each in best]
        assert sorted(shares[1:], reverse=True) == shares[1:]
        others = np.sort(np.delete(row, first))[::-1]
        assert shares[1:] == others[: most - 1].tolist()


def test_a_regression_has_a_number() -> None:
    schema: Any = SimpleNamespace(classes=[])
    assert answers(schema, 3)(np.array([[1.5], [2.5]]))[1][0] == 2.5


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"predictions": "forward"}, "set log.forward.host"),
        ({"features": {"age": "hashed"}}, "SHOP_LOG__HASH_KEY in the environment"),
    ],
)
def test_a_log_that_lacks_something_is_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProjectError, match=sentence):
        demand_complete(Log(**settings))


def test_a_feature_that_the_model_lacks_is_named(bundles: list[Bundle]) -> None:
    with pytest.raises(ProjectError, match="did you mean 'age'"):
        Shown(bundles[0].schema, {"aeg": "plain"}, None)


def test_equal_numbers_have_one_hash_that_only_the_key_tells() -> None:
    hashed, other = Hash(KEY), Hash(KEY[::-1])
    assert hashed(3) == hashed(3.0) == hashed("3") != hashed(3.5)
    assert hashed(3) != other(3)
    assert hashed(None) is None


def test_an_id_may_be_hashed_or_left_out(bundles: list[Bundle]) -> None:
    def shown(**ways: str) -> Any:
        return Shown(bundles[0].schema, ways, KEY).id({"customer": "7"})

    assert shown() == "7"
    assert shown(customer="hashed") == Hash(KEY)("7")
    assert shown(customer="omitted") is UNSET


def test_older_files_are_kept_up_to_a_number(tmp_path: Path) -> None:
    """Two workers write to the same file; each finds the other's."""
    file = tmp_path / "log.jsonl"
    both = [RotatingFile(LogFile(path=file, max_mb=1, keep=2)) for _ in "12"]
    for number in range(16):
        both[number % 2].write(b"%d" % number * 2**17 + b"\n", 1)
    assert sorted(each.name for each in tmp_path.iterdir() if each.name[0] != ".") == [
        "log.jsonl",
        "log.jsonl.1",
        "log.jsonl.2",
    ]
    first = [each.read_bytes()[:1] for each in (file, Path(f"{file}.1"), Path(f"{file}.2"))]
    assert first == [b"1", b"1", b"7"]


def test_writers_at_once_tear_no_line(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    settings = LogFile(path=file, max_mb=1, keep=9)

    def write(number: int) -> None:
        own = RotatingFile(settings)
        content = own.encode([Dropped("now", number)] * 500, [0.0] * 500)
        for _ in range(50):
            own.write(content, 500)

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [event["lines"] for each in tmp_path.glob("log*") for event in read(each)]
    assert (lines.count(1), lines.count(2)) == (25_000, 25_000)


def limit(service: Service, size: int) -> None:
    """Let no file of a service grow over a size, as on a disk that is full."""
    _, most = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, most))


def dropped(service: Service) -> float:
    text = service.client.get("/metrics").text
    return float(text.split('log_lines_dropped_total{stream="file"} ')[1].split("\n")[0])


def test_what_a_full_disk_does_not_take_waits_up_to_a_size_and_is_counted_above_it(
    trained: Path, tmp_path: Path
) -> None:
    file, log = tmp_path / "events.jsonl", tmp_path / "log"
    with running(trained / "model_bin", log, **into(file, buffer_mb="1")) as service:
        service.wait("/readyz")
        limit(service, 30_000)
        rows, asked = [service.example] * 400, 0
        while not dropped(service):
            assert service.post("/api/predictions", rows).status_code == 200
            asked += len(rows)
        assert service.client.get("/livez").status_code == 200
        # It is full only while it is tried again; what of a line was taken then is cut off.
        wait_for(lambda: file.stat().st_size < 30_000, "whole lines")
        limit(service, resource.RLIM_INFINITY)
        wait_for(lambda: len(read(file)) == asked - dropped(service), "the rest")
        lost = dropped(service)
        assert service.post("/api/predict", service.example).status_code == 200
        wait_for(lambda: len(read(file)) == asked - lost + 2, "the next event and the notice")
        assert dropped(service) == lost
    events = read(file)
    assert [event["lines"] for event in events if event["event"] == "dropped"] == [lost]
    text = log.read_text()
    assert text.count("takes nothing of the prediction log (File too large)") == 1
    assert text.count("drops events") == 1
    assert f"{lost:.0f} events are missing" in text


def test_what_is_not_taken_at_the_end_is_told(trained: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(trained / "model_bin", log, **into(tmp_path / "events.jsonl")) as service:
        service.wait("/readyz")
        limit(service, 30_000)
        assert service.post("/api/predictions", [service.example] * 400).status_code == 200
        service.process.terminate()
        service.process.wait(timeout=30)
    assert "400 events of the prediction log are lost" in log.read_text()
