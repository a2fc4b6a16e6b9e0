"""Findings of rows in parts are those of the table, and name the part that has them."""

from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.training.check import Check
from model_runtime.training.data import load
from model_runtime.training.target_check import Origin

from ..support.cut_parts import CUTS, NUMBERS, OPTIONS, ROWS, few
from ..support.parted import parted, written
from ..support.small_cases import FEATURES, Preprocessor, customers


def of_parts(frame: pd.DataFrame, cuts: list[int], features: Features) -> Check:
    ends = [0, *sorted(cuts), len(frame)]
    pieces = pairwise(ends)
    return reduce(
        Check.plus,
        [
            Check.of(frame.iloc[a:b].reset_index(drop=True), features, Origin("", a))
            for a, b in pieces
        ],
    )


SPOILED: dict[str, Any] = {
    "age": [-1, 200, 1.5, "young", None],
    "income per.year": [-3.0, float("inf"), "much"],
    "copy": ["yes", 2],
    "Größe": [True, 1.5, "x" * 300],
    "bought": [None, 1, 0.5],
}


@few
@given(
    cuts=CUTS,
    spoiled=st.lists(
        st.tuples(st.sampled_from([*SPOILED]), st.integers(0, 4), st.integers(0, ROWS - 1)),
        max_size=6,
    ),
)
def test_findings_are_those_of_the_table(
    cuts: list[int], spoiled: list[tuple[str, int, int]]
) -> None:
    frame = customers(ROWS).astype(object)
    for column, which, row in spoiled:
        values = SPOILED[column]
        frame.loc[row, column] = values[which % len(values)]
    told = Check.of(frame, FEATURES).problems(FEATURES)
    assert of_parts(frame, cuts, FEATURES).problems(FEATURES) == told
    assert bool(told) == bool(spoiled)


@few
@given(
    cuts=CUTS,
    values=st.lists(NUMBERS | st.sampled_from(["a", float("inf")]), min_size=ROWS, max_size=ROWS),
)
def test_findings_of_a_number_are_those_of_the_table(cuts: list[int], values: list[Any]) -> None:
    features = Features.model_validate(
        FEATURES.model_dump() | {"target": "spent", "task": "regression", "flags": {}}
    )
    frame = (
        customers(ROWS)
        .rename(columns={"bought": "spent"})
        .assign(spent=pd.Series(values, dtype=object))
    )
    told = Check.of(frame, features).problems(features)
    assert of_parts(frame, cuts, features).problems(features) == told


def test_a_finding_names_the_part(tmp_path: Path) -> None:
    frame = customers(ROWS).astype({"age": float})
    frame.loc[[250, 270], "age"] = -1
    paths = written(frame, tmp_path, [200])
    with pytest.raises(
        ProjectError,
        match=r"in 2 rows the value must be at least 0, first .*-1.0.* in row 50 of .*part-001",
    ):
        load(parted(paths), OPTIONS)
    written(frame.iloc[:10].drop(columns="age"), tmp_path / "other")
    paths.append(tmp_path / "other" / "part-000.parquet")
    with pytest.raises(ProjectError, match=r"other.*: Column 'age' is in features.yaml but not"):
        load(parted(paths), OPTIONS)


def test_a_code_that_differs_between_parts_is_refused(tmp_path: Path) -> None:
    class Numbering(Preprocessor):
        def encode_target(self, target: "pd.Series[Any]") -> Any:
            return pd.Series(pd.factorize(target)[0], index=target.index)

    frame = customers(100)
    frame["bought"] = ["yes", *["no"] * 49, "no", *["yes"] * 49]
    with pytest.raises(
        ProjectError, match=r"encodes '(yes|no)' as . in .*part-000.* and as . in .*part-001"
    ):
        load(parted(written(frame, tmp_path, [50]), preprocessor=Numbering), OPTIONS)


def test_too_many_labels_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model_runtime.training.parts.survey.LABELS", 50)
    frame = customers(100).assign(**{"Größe": [f"size {k}" for k in range(100)]})
    with pytest.raises(ProjectError, match="'Größe' has more than 50 labels"):
        load(parted(written(frame, tmp_path, [50])), OPTIONS)
