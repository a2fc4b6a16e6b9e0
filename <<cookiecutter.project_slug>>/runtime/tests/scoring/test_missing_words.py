"""A cell means the same to a training and to the scoring of the same file: missing, or a value."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_runtime.bundle.schema import Schema
from model_runtime.drafting.draft import draft_features
from model_runtime.drafting.run import read_unknown
from model_runtime.features import Feature, Features, read_features
from model_runtime.features.missing import WORDS, MissingTarget
from model_runtime.scoring.check import Check, Raw
from model_runtime.tables.form import CsvForm
from model_runtime.tables.read import read_by

WORD = st.sampled_from(["", *sorted(WORDS)])
NAMES = ["amount", "since", "way", "note", "kind"]
ROWS = st.lists(
    st.tuples(
        WORD | st.floats(0, 9).map(str),
        WORD | st.just("2026-11-28"),
        WORD | st.sampled_from("ab"),
        WORD | st.sampled_from(["too dear", "late"]),
        st.sampled_from(["None", "Severe"]),
    ),
    max_size=20,
)
FIRST = [("1.5", "2026-11-27", "a", "too dear", "None"), ("2", "2026-11-26", "b", "x", "Severe")]
FEATURES = """\
target: kind
task: classification
features:
  - {name: amount, type: number, optional: true, example: 1}
  - {name: since, type: date, optional: true, example: 2026-11-28}
  - {name: way, type: category, optional: true, labels: %s}
  - {name: note, type: text, example: x, optional: true}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("words")


def test_the_words_are_those_of_pandas() -> None:
    words = sorted(WORDS)
    frame = pd.read_csv(io.StringIO("word,other\n" + "".join(f"{word},x\n" for word in words)))
    assert frame["word"].isna().all()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROWS, st.sampled_from(['["a", "b"]', '["a", "b", "NA", "None"]']))
def test_a_cell_is_missing_to_both_or_to_none(
    folder: Path, rows: list[tuple[str, ...]], labels: str
) -> None:
    features = written(folder, rows, FEATURES % labels)
    trained, scored = both(folder, features)
    assert_alike(trained, scored)
    way = [row[2] if row[2] in labels and row[2] else None for row in [*FIRST, *rows]]
    assert scored["way"].to_list() == way
    assert list(trained["kind"]) == [row[-1] for row in [*FIRST, *rows]]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROWS)
def test_what_is_drafted_and_read_is_scored(folder: Path, rows: list[tuple[str, ...]]) -> None:
    rows = [*rows, *FIRST]
    features = written(folder, rows, FEATURES % '["a"]')
    draft = draft_features(read_unknown(folder / "table.csv", CsvForm()), "table.csv", "kind")
    (folder / "features.yaml").write_text(draft.text, "utf-8")
    features = read_features(folder / "features.yaml")
    trained, scored = both(folder, features)
    assert_alike(trained, scored)
    assert list(trained["kind"]) == [row[-1] for row in [*FIRST, *rows]]


@pytest.mark.parametrize(
    ("task", "values"), [("classification", ["a", "b"]), ("regression", ["1.5", "2"])]
)
def test_a_target_is_missing_to_an_evaluation_as_to_a_training(
    folder: Path, task: str, values: list[str]
) -> None:
    cells = [*values, "", *sorted(WORDS)]
    file = folder / "targets.csv"
    file.write_text("\n".join(["kind,x", *(f"{cell},1" for cell in cells)]), "utf-8")
    features = Features.model_validate(
        {"target": "kind", "task": task, "features": [{"name": "x", "type": "integer"}]}
    )
    trained = read_by(features, file, CsvForm())["kind"].map(str).tolist()
    is_missing = MissingTarget(trained if task == "classification" else (), in_csv=True)
    kept = [cell for cell in cells if not is_missing(cell)]
    assert kept == (trained if task == "classification" else values)
    assert len(trained) == len(kept)


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_word_is_missing_whatever_the_decimal_sign_is(folder: Path, decimal: str) -> None:
    number = f"1{decimal}5"
    cells = [number, "", *sorted(WORDS), *(f" {word}\t" for word in sorted(WORDS))]
    file = folder / "decimals.csv"
    file.write_text("\n".join(["x;kind", *(f"{cell};2" for cell in cells)]), "utf-8")
    said: dict[str, Any] = {"name": "x", "type": "number", "optional": True, "example": 1}
    features = Features.model_validate({"target": "kind", "task": "regression", "features": [said]})
    schema = Schema(task="regression", target="kind", features=features.features)
    columns = pl.DataFrame({"x": cells})
    checked = Check(schema)(Raw(columns, True, np.arange(len(cells)), None, [], decimal))
    assert not checked.rejects
    assert checked.features["f0"].to_list() == [1.5] + [None] * (len(cells) - 1)
    trained = read_by(features, file, CsvForm("utf-8", ";", decimal), 2 + len(WORDS))["x"]
    assert [*trained.head(1)] == [1.5]
    assert trained[1:].isna().all()


def written(folder: Path, rows: list[tuple[str, ...]], features: str) -> Features:
    """Write a table and its features.yaml, which is read."""
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([NAMES, *FIRST, *rows])
    (folder / "features.yaml").write_text(features, "utf-8")
    return read_features(folder / "features.yaml")


def both(folder: Path, features: Features) -> tuple[pd.DataFrame, pl.DataFrame]:
    """Return the rows as training and as scoring have them; all are accepted by both."""
    file = folder / "table.csv"
    trained = read_by(features, file, CsvForm()).reset_index(drop=True)
    schema = Schema(
        task="classification",
        target="kind",
        classes=["None", "Severe"],
        flags=["none", "severe"],
        features=[each.model_copy(update={"example": example(each)}) for each in features.features],
    )
    cells = pl.read_csv(file, infer_schema=False)
    numbers = np.arange(len(cells))
    checked = Check(schema)(Raw(cells.drop("kind"), True, numbers, None, []))
    assert not checked.rejects
    names = [each.name for each in features.features]
    frame = pl.DataFrame(checked.features.get_columns(), schema=names)
    return trained, frame.with_columns(pl.col(pl.String).replace("", None))


def example(feature: Feature) -> object:
    return feature.labels[0] if feature.labels else feature.example


def assert_alike(trained: pd.DataFrame, scored: pl.DataFrame) -> None:
    for name in scored.columns:
        missing = trained[name].isna().tolist()
        assert scored[name].is_null().to_list() == missing, name
        if name in ("way", "note"):
            kept = [None if gap else each for each, gap in zip(trained[name], missing, strict=True)]
            assert scored[name].to_list() == kept, name
