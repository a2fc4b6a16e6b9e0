"""The same is drawn and measured of rows in parts as of the table, however they are cut."""

from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from model_runtime.training.data import load
from model_runtime.training.parts.draw import uniform
from model_runtime.training.parts.lowest import Lowest
from model_runtime.training.parts.moments import Moments
from model_runtime.training.parts.whole import Whole

from ..support.cut_parts import CUTS, NUMBERS, OPTIONS, ROWS, few, whole_of
from ..support.parted import parted, written
from ..support.small_cases import FEATURES, case, customers


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
@given(rows=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=50), cut=st.integers(0, 50))
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
