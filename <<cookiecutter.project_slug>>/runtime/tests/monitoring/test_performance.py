"""Logged predictions, joined with outcomes by ID: how good they were, and what is left out."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from model_runtime.bundle.read import Bundle
from model_runtime.errors import ProjectError
from model_runtime.features.missing import WORDS
from model_runtime.monitoring.join import joining
from model_runtime.monitoring.outcomes import Outcomes, Pair
from model_runtime.settings import Settings
from model_runtime.testing.service import running
from model_runtime.training.use_case import UseCase

from ..support.labelled_files import SUFFIXES, held_out, saved
from ..support.logged import event, requests, written
from ..support.performed import csv, many, performed
from ..support.settings import settings_in
from ..support.small_cases import case

TASKS = ("classification", "regression")


@pytest.fixture(scope="module")
def log(trained: Path, use_case: UseCase) -> Path:
    """The log that a service wrote while it was asked about the hold-out."""
    frame = held_out(use_case, settings_in(trained))
    frame = frame.assign(customer=frame.index)
    rows = requests(frame, [use_case.features.target])
    file = trained / "asked.log"
    with running(trained / "model_bin", file) as service:
        service.wait("/readyz")
        service.post("/score", {"data": rows[::2]}).raise_for_status()
        service.post("/api/predictions", rows[1::2]).raise_for_status()
        assert service.post("/api/predictions", [{}]).status_code == 422
    return file


def outcomes(frame: pd.DataFrame, target: str, file: Path) -> Path:
    return saved(frame.assign(customer=frame.index)[["customer", target]], file)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_a_service_logged_of_the_hold_out_has_the_figures_of_trainings_report(
    trained: Path, bundle: Bundle, use_case: UseCase, log: Path, tmp_path: Path, suffix: str
) -> None:
    settings = settings_in(trained)
    frame = held_out(use_case, settings)
    known = outcomes(frame, use_case.features.target, tmp_path / f"outcomes{suffix}")
    found = performed(use_case, bundle, settings, log, known)
    assert found.performance.whole.rows == len(frame)
    reported = json.loads((trained / "reports" / "metrics.json").read_text("utf-8"))["hold_out"]
    assert found.performance.whole.metrics == pytest.approx(reported, rel=1e-5)
    if "accuracy" in reported:
        assert found.performance.whole.metrics["accuracy"] == reported["accuracy"]


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """Settings whose reports go to a folder of the test's own."""
    return settings_in(tmp_path)


YES, NO = {"yes": 0.9, "no": 0.1}, {"yes": 0.2, "no": 0.8}


def test_what_cant_be_joined_is_counted_by_reason(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    log = written(
        tmp_path / "log.jsonl",
        [
            event(1, NO),
            event(1, YES, hours=1),  # the later one counts
            event("2", NO, version=2),
            event(2.0, NO, version=3),  # another version's own
            event(3, YES),
            event(4, YES),
            event(5, YES),
            event(None, YES),
            event(9, YES),
            event(1, YES, model="another"),
            event(1, {"perhaps": 1.0}),
            {"event": "dropped", "lines": 7},
            "INFO: Application startup complete.",
            '{"event": "prediction", "version": 1}',
            '{"event": "prediction", "torn": ',
        ],
    )
    lines = ("1,yes", "2,yes", "3,no", "3,yes", "4,never", "5,", "7,yes", ",yes", "1,yes", "8,a,b")
    found = performed(case(), shop, place, log, csv(tmp_path / "known.csv", *lines))
    assert found.performance.whole.rows == 3
    assert found.performance.whole.metrics["accuracy"] == pytest.approx(1 / 3)
    assert {version: part.rows for version, part in found.performance.versions.items()} == {
        1: 1,
        2: 1,
        3: 1,
    }
    assert set(found.joined.left_out()) == {
        "3 records are no predictions",
        "7 events were dropped by the service itself",
        "1 record is a broken prediction (first record 14: it has no time)",
        "1 record is a prediction of another model",
        "1 prediction has no 'customer'",
        "2 predictions have no outcome",
        "1 prediction is an earlier one for the same ID by the same version",
        "1 prediction names classes that the bundle doesn't have",
        "1 outcome has no 'customer'",
        "1 outcome has no 'bought' yet",
        "1 outcome says again what another did",
        "1 ID has outcomes that contradict each other",
        "1 outcome has no prediction",
        "1 outcome can't be read (first line 11: 3 fields, and the header has 2)",
        "1 joined outcome of 'bought' is none of the model's",
    }


@pytest.mark.parametrize("word", ["", *sorted(WORDS)])
def test_a_word_for_missing_is_no_outcome_yet(tmp_path: Path, word: str) -> None:
    classes, file = ("no", "yes"), tmp_path / "known.csv"
    with joining() as join:
        join.add_outcomes(pairs(csv(file, f"7,{word}", "7,yes"), classes))
        counts = join.counts()
        assert (counts.outcomes_open, counts.outcomes_contradicting, counts.outcomes) == (1, 0, 1)
    assert pairs(csv(file, f"7, {word}", "8,1.5")) == [("7", None), ("8", 1.5)]
    if word:
        assert pairs(csv(file, f"7,{word}"), (*classes, word)) == [("7", word)]
        lines = file.with_suffix(".jsonl")
        lines.write_text(json.dumps({"customer": 7, "bought": word}), "utf-8")
        assert pairs(lines, classes) == [("7", word)]


@pytest.mark.parametrize(
    ("classes", "one", "others", "contradicting"),
    [
        ((), "1.5", ["1.50", " 1.5", "15e-1"], 0),
        ((), "3", ["3.0", "+3"], 0),
        ((), "3", ["3.1"], 1),
        (("1", "2"), "1", ["1.0"], 0),
        (("1", "2"), "1", ["2.0"], 1),
        (("True", "False"), "true", ["TRUE", "True"], 0),
        (("01", "1"), "01", ["1"], 1),
        (("1", "1.0"), "1", ["1.0"], 1),
        ((), "1" * 5_000, ["1" * 5_000], 0),
    ],
)
def test_an_outcome_that_is_written_otherwise_says_the_same(
    tmp_path: Path, classes: Sequence[str], one: str, others: list[str], contradicting: int
) -> None:
    lines = [f"7,{each}" for each in (one, *others)]
    with joining() as join:
        join.add_outcomes(pairs(csv(tmp_path / "known.csv", *lines), classes))
        assert join.counts().outcomes_contradicting == contradicting
    in_json = tmp_path / "known.jsonl"
    in_json.write_text('{"customer": 7, "bought": 3}\n{"customer": 7, "bought": 3.0}\n')
    assert pairs(in_json, ["3", "4"]) == [("7", "3")] * 2


def test_a_record_of_json_may_leave_out_what_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "known.jsonl"
    lines = ['\ufeff{"customer": 6}', '{"customer": 7, "bought": "yes"}', '{"bought": "no"}']
    file.write_text("\n".join(lines), "utf-8")
    assert pairs(file, ["yes", "no"]) == [("6", None), ("7", "yes"), (None, "no")]
    for line, name in (('{"customer": 6}', "bought"), ('\n{"bought": "no"}', "customer")):
        file.write_text(line, "utf-8")
        with pytest.raises(ProjectError, match=f"has no column '{name}'"):
            pairs(file, ["yes", "no"])


def test_of_two_columns_of_one_name_none_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "known.csv"
    file.write_text("customer,bought,bought\n7,yes,no\n", "utf-8")
    table = pa.table([[7], ["yes"], ["no"]], names=["customer", "bought", "bought"])
    parquet.write_table(table, file.with_suffix(".parquet"))
    for each in (file, file.with_suffix(".parquet")):
        with pytest.raises(ProjectError, match="has two columns named 'bought'"):
            pairs(each, ["yes", "no"])


def pairs(file: Path, classes: Sequence[str] = ()) -> list[Pair]:
    return list(Outcomes(file, "customer", "bought", classes=classes).pairs())


def test_where_only_the_likeliest_class_is_logged_no_metric_is_made_up(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    """Of two classes the other one's probability is the rest; an answer of none has neither."""
    events, outcomes = many(60, 0.8)
    whole = performed(
        case(),
        shop,
        place,
        written(tmp_path / "a.jsonl", events),
        csv(tmp_path / "a.csv", *outcomes),
    )
    for each in events:
        each["class_names"], each["probabilities"] = (
            each["class_names"][:1],
            each["probabilities"][:1],
        )
    best = performed(
        case(),
        shop,
        place,
        written(tmp_path / "b.jsonl", events),
        csv(tmp_path / "a.csv", *outcomes),
    )
    assert best.performance.whole.metrics == pytest.approx(whole.performance.whole.metrics)


def test_without_any_outcome_it_fails_and_says_why(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    log, known = written(tmp_path / "log", [event(1, YES)]), csv(tmp_path / "known.csv", "2,yes")
    with pytest.raises(
        ProjectError, match=r"No prediction in .*: 1 prediction has no outcome; 1 out"
    ):
        performed(case(), shop, place, log, known)
    known.write_text("customer,sold\n1,yes\n")
    with pytest.raises(
        ProjectError, match=r"has no column 'bought', the target of features.yaml; its"
    ):
        performed(case(), shop, place, log, known)
    with pytest.raises(ProjectError, match=r"has no prediction of shop: 1 record is no pred"):
        performed(case(), shop, place, written(tmp_path / "log", ["x"]), csv(known, "1,yes"))
