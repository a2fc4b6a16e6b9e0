"""Titanic's prediction log ends at a collector of others' making, by Fluentd's forward protocol."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from itertools import chain, count
from pathlib import Path
from typing import Any

import pytest

from tests.support.collector import Collector
from tests.support.commands import make, variables
from tests.support.hold_out import assert_as_in_training, hold_out
from tests.support.projects import Trained
from tests.support.services import free_port, get, serving

KEY = "a-shared-key-for-tests"
TAG = "titanic.predictions"
PATIENCE = 60

pytestmark = pytest.mark.skipif(
    not (shutil.which("npm") and shutil.which("openssl")), reason="there is no npm or no openssl"
)


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    collector = Collector(tmp_path, free_port(), KEY)
    collector.make_certificate()
    yield collector
    collector.stop()


def forwarding(project: Path, collector: Collector, **settings: str) -> dict[str, str]:
    """Return the environment of a service whose predictions go to a collector."""
    named = {
        "LOG__PREDICTIONS": "forward",
        "LOG__FORWARD__HOST": "localhost",
        "LOG__FORWARD__PORT": str(collector.port),
        "LOG__FORWARD__TLS": "true",
        "LOG__FORWARD__CA_FILE": str(collector.certificate),
        "LOG__SHARED_KEY": KEY,
        "LOG__FEATURES": '{"*": "plain"}',
        **settings,
    }
    return variables(project, **named)


class Passengers:
    """Passengers who are asked about one after the other: some given ones, then invented ones."""

    def __init__(self, url: str, given: Sequence[dict[str, Any]] = ()) -> None:
        self._connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
        description = json.loads(get(f"{url}/openapi.json")[1])
        (row,) = description["components"]["schemas"]["Features"]["examples"]
        invented = ({**row, "passenger": f"N{n}", "Age": n % 90} for n in count(1))
        self._next = chain(given, invented)
        self.asked: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, str] = {}

    def ask(self) -> None:
        row = next(self._next)
        self._connection.request("POST", "/score", json.dumps({"data": [row]}))
        reply = self._connection.getresponse()
        number = str(row["passenger"])
        self.asked[number] = row
        (self.answers[number],) = json.loads(reply.read())["result"]

    def ask_for(self, seconds: float, least: int) -> None:
        """Ask about a hundred a second."""
        end = time.monotonic() + seconds
        while time.monotonic() < end or least > 0:
            self.ask()
            least -= 1
            time.sleep(0.01)


def told(project: Path, port: int, words: str) -> bool:
    return words in (project / f"service-{port}.log").read_text()


def until(condition: bool, end: float) -> bool:
    """Return whether to go on waiting."""
    assert condition or time.monotonic() < end
    return not condition


def test_no_event_is_lost_while_the_collector_is_away_and_they_tell_the_models_accuracy(
    trained: Trained, collector: Collector, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    project, port = trained.lend("titanic", tmp_path / "copy"), free_port()
    rows = json.loads(hold_out(project))
    command = (project / ".venv/bin/python", "-m", "model_runtime.serving")
    environment = forwarding(project, collector, SERVING__PORT=str(port))
    collector.start()
    with serving(*command, cwd=project, port=port, **environment) as url:
        passengers = Passengers(url, rows)
        passengers.ask_for(0.5, least=50)
        collector.stop()
        passengers.ask_for(pytestconfig.getoption("--outage"), least=len(rows))
        end = time.monotonic() + PATIENCE
        while until(told(project, port, "takes nothing of the prediction log"), end):
            passengers.ask()
        collector.start()
        while until(told(project, port, "takes the prediction log again"), end):
            passengers.ask()
        passengers.ask_for(0.2, least=20)
        assert 'log_lines_dropped_total{stream="forward"} 0.0' in get(f"{url}/metrics")[1]
    events = collector.events
    assert {event["tag"] for event in events} == {TAG}
    records = [event["record"] for event in events]
    assert {record["id"]: record["class_name"] for record in records} == passengers.answers
    # What was taken, but whose acknowledgement got lost, comes twice: at most a chunk.
    again = Counter(record["id"] for record in records)
    assert sum(number - 1 for number in again.values()) <= 20
    for event in events:
        asked = passengers.asked[event["record"]["id"]]
        assert event["record"]["features"]["Age"] == asked.get("Age")
        assert abs(event["time"] - time.time()) < pytestconfig.getoption("--outage") + 600
    (project / "collected.jsonl").write_text("\n".join(map(json.dumps, records)))
    make(project, "performance", "OUTCOMES=outcomes.csv", "FROM=collected.jsonl")
    assert_as_in_training(project, rows)


def test_a_collector_that_refuses_is_told_and_the_service_answers(
    trained: Trained, collector: Collector
) -> None:
    project, port = trained("titanic"), free_port()
    command = (project / ".venv/bin/python", "-m", "model_runtime.serving")
    wrong = {"SERVING__PORT": str(port), "LOG__SHARED_KEY": "another-key"}
    collector.start()
    environment = forwarding(project, collector, **wrong)
    with serving(*command, cwd=project, port=port, **environment) as url:
        passengers = Passengers(url)
        passengers.ask()
        end = time.monotonic() + PATIENCE
        while until(told(project, port, "refuses the shared key: shared key mismatch"), end):
            passengers.ask()
    asked = len(passengers.answers)
    assert told(project, port, f"{asked} events of the prediction log are lost")
    assert not collector.events
