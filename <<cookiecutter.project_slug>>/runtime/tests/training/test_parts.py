"""The same is found of rows in parts as of the table, however they are cut."""

from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from model_runtime import fit_in_parts
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.settings import Training
from model_runtime.training.check import Check
from model_runtime.training.data import Dataset, load
from model_runtime.training.learn import learn
from model_runtime.training.parts.draw import uniform
from model_runtime.training.parts.lowest import Lowest
from model_runtime.training.parts.moments import Moments
from model_runtime.training.parts.whole import Whole
from model_runtime.training.target_check import Origin

from ..support.parted import parted, written
from ..support.settings import settings_in
from ..support.small_cases import FEATURES, Preprocessor, case, customers

ROWS = 300
CUTS = st.lists(st.integers(0, ROWS), max_size=5)
OPTIONS = Training()
few = examples(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = st.floats(-1e9, 1e9) | st.just(float("nan"))


def whole_of(data: Dataset) -> Whole:
    assert data.whole is not None
    return data.whole


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
    values=st.lists(numbers | st.sampled_from(["a", float("inf")]), min_size=ROWS, max_size=ROWS),
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


@few
@given(cuts=CUTS, size=st.sampled_from([7, 50, ROWS]))
def test_what_is_drawn_is_the_same_for_any_cut(
    cuts: list[int], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model_runtime.training.parts.draw.ROWS", size)
        patch.setattr("model_runtime.training.parts.draw.LEAST", 1)
        folder = tmp_path_factory.mktemp("cut")
        frame = customers(ROWS)
        one = load(parted(written(frame, folder / "one")), OPTIONS)
        other = load(parted(written(frame, folder / "other", cuts)), OPTIONS)
    for mine, its in (
        (whole_of(one).split.test, whole_of(other).split.test),
        (whole_of(one).split.train, whole_of(other).split.train),
        (one.rows, other.rows),
    ):
        pd.testing.assert_frame_equal(mine.X, its.X)
        assert mine.y.tolist() == its.y.tolist()
    assert whole_of(one).target.tolist() == whole_of(other).target.tolist()
    assert one.origin.rows == other.origin.rows == ROWS
    assert one.names == other.names == case().names(frame, frame["bought"])
    assert whole_of(one).learned == whole_of(other).learned
    held = frame.loc[whole_of(one).split.test.X.index, "bought"]
    share = min(OPTIONS.test_size, size / ROWS)
    for name, count in frame["bought"].value_counts().items():
        assert (held == name).sum() == max(1, round(share * count))
    learned = case().rows(frame).X.drop(held.index)
    _alike(whole_of(other), learned)


def _alike(whole: Whole, learned: pd.DataFrame) -> None:
    assert whole.learned == len(learned)
    values = learned[[*whole.numbers]].to_numpy(float)
    scaler = StandardScaler().fit(values)
    assert np.allclose(whole.moments.mean, scaler.mean_, rtol=1e-12)
    assert np.allclose(whole.moments.squares / whole.moments.rows, scaler.var_, rtol=1e-12)
    labels = set(whole.split.train.X["Größe"]) | set(whole.split.test.X["Größe"])
    assert labels >= set(learned["Größe"])


@few
@given(rows=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=50), cut=st.integers(0, 50))
def test_moments_add_up(rows: list[tuple[float, float]], cut: int) -> None:
    values = np.array(rows)
    both = Moments.of(values[:cut]).plus(Moments.of(values[cut:]))
    scaler, fill = StandardScaler(), np.array([3.0, -1.0])
    scaler.fit(np.where(np.isnan(values), fill, values))
    found = both.filled(len(values), fill)
    largest = max(1.0, float(np.nanmax(np.abs(values), initial=1)))
    assert np.allclose(found.mean, scaler.mean_, rtol=1e-12, atol=1e-12 * largest)
    spread = found.squares / len(values)
    assert np.allclose(spread, scaler.var_, rtol=1e-9, atol=1e-12 * largest**2)


@given(start=st.integers(0, 40), n=st.integers(0, 20))
def test_a_row_has_its_own_number(start: int, n: int) -> None:
    assert uniform(3, 1, 0, 60)[start : start + n].tolist() == uniform(3, 1, start, n).tolist()
    assert not np.isin(uniform(3, 0, 0, 60), uniform(3, 1, 0, 60)).any()


@given(rows=st.integers(2, 3_000), share=st.floats(0.001, 0.9))
def test_the_end_of_what_is_held_out_is_exact(rows: int, share: float) -> None:
    drawn = uniform(0, 0, 0, rows)
    found = reduce(Lowest.plus, [Lowest.of(each, share) for each in np.array_split(drawn, 7)])
    assert (drawn <= found.end(1)).sum() == min(rows - 1, max(1, round(share * rows)))


def test_labels_that_are_rare_are_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model_runtime.training.parts.draw.ROWS", 40)
    monkeypatch.setattr("model_runtime.training.parts.draw.LEAST", 1)
    frame = customers(2_000)
    frame.loc[[5, 1_999], "Größe"] = "XXL"
    frame.loc[[7, 1_998], "bought"] = "perhaps"
    features = FEATURES.model_copy(update={"flags": {}})
    data = load(parted(written(frame, tmp_path, [900]), features=features), OPTIONS)
    train, test = whole_of(data).split.train, whole_of(data).split.test
    assert len(train) < 60
    assert set(train.X["Größe"]) == {"S", "M", "L", "", "XXL"}
    assert set(train.y) == set(test.y) == {"yes", "no", "perhaps"}


WEIGHTED = Features.model_validate(FEATURES.model_dump() | {"weight": "times"})


class WeightedPreprocessor(BasePreprocessor):
    def features(self) -> Features:
        return WEIGHTED


@few
@given(cuts=CUTS)
def test_weighted_rows_are_parted_as_what_they_stand_for(
    cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = customers(ROWS).assign(times=np.arange(ROWS) % 30)
    frame.loc[0, "Größe"] = "only listed"
    found = []
    for name, at in (("one", []), ("other", cuts)):
        paths = written(frame, tmp_path_factory.mktemp("cut") / name, at)
        use_case = parted(paths, features=WEIGHTED, preprocessor=WeightedPreprocessor)
        found.append(load(use_case, OPTIONS))
    one, other = found
    test, train = whole_of(one).split.test, whole_of(one).split.train
    assert len(test) + len(train) == one.origin.rows == frame["times"].sum()
    assert abs(len(test) / one.origin.rows - OPTIONS.test_size) < 0.03
    counts = pd.Series(test.weight, test.X.index).add(
        pd.Series(train.weight, train.X.index), fill_value=0
    )
    assert counts.equals(frame["times"][frame["times"] > 0].astype(float))
    assert "only listed" in set(one.rows.X["Größe"])
    assert "only listed" not in set(train.X["Größe"])
    for mine, its in ((test, whole_of(other).split.test), (train, whole_of(other).split.train)):
        pd.testing.assert_frame_equal(mine.X, its.X)
        assert np.array_equal(mine.weight, its.weight)  # type: ignore[arg-type]


def test_weights_are_learned_from_in_parts(tmp_path: Path) -> None:
    def weighing(X: Any, y: Any, weight: Any) -> Any:
        return fit_in_parts(GaussianNB(), X, y, weight)

    def without(X: Any, y: Any, weight: Any) -> Any:
        return fit_in_parts(Unweighted(), X, y, weight)

    frame = customers(ROWS).assign(times=np.arange(ROWS) % 5)
    paths, settings = written(frame, tmp_path, [100]), settings_in(tmp_path)
    use_case = parted(paths, weighing, WEIGHTED, WeightedPreprocessor)
    learned = learn(use_case, load(use_case, settings.training), settings)
    rows = learned.parts.train
    alone = GaussianNB().fit(learned.pipeline[0].transform(rows.X), rows.y, rows.weight)
    assert np.allclose(alone.theta_, learned.estimator.theta_)
    use_case = parted(paths, without, WEIGHTED, WeightedPreprocessor)
    with pytest.raises(ProjectError, match="Unweighted takes no weights in parts"):
        learn(use_case, load(use_case, settings.training), settings)


class Unweighted(GaussianNB):  # type: ignore[misc]
    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Any:
        return super().partial_fit(X, y, classes)


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
