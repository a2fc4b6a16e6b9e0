"""The target of labelled rows: known however it is written, encoded, weighted or measured."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_runtime import BaseDataLoader
from model_runtime.evaluation.run import evaluate
from model_runtime.features import Features
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.training.use_case import UseCase

from ..support.labelled_files import QUIET, SUFFIXES, held_out, made, reasons, saved
from ..support.small_cases import FEATURES, Preprocessor, case, customers, linear

CODES: dict[str, list[Any]] = {
    "texts": ["no", "yes"],
    "numbers": [0, 1],
    "numbers that are no places": [1, 2],
    "floats": [0.0, 1.0],
    "booleans": [False, True],
    "digits": ["0", "1"],
    "digits with noughts": ["007", "008"],
}


@pytest.mark.parametrize("labels", CODES)
@pytest.mark.parametrize("renamed", [False, True], ids=["as they are", "renamed"])
def test_the_target_is_known_however_the_data_write_it(
    tmp_path: Path, labels: str, renamed: bool
) -> None:
    no, yes = CODES[labels]
    frame = customers(200)
    frame["bought"] = [yes if each == "yes" else no for each in frame["bought"]]
    names = [str(int(each)) if isinstance(each, float) else str(each) for each in (no, yes)]
    if renamed:
        fields = {"classes": dict(zip(names, ("stayed", "went"), strict=True)), "flags": {}}
        names = ["stayed", "went"]
    else:
        fields = {"flags": {}}
    features = Features.model_validate(FEATURES.model_dump() | fields)
    use_case = UseCase(
        features, lambda: _Given(frame), Preprocessor, case().train_model, lambda model: names
    )
    bundle, settings = made(use_case, tmp_path)
    for suffix in SUFFIXES:
        file = saved(held_out(use_case, settings), tmp_path / f"rows{suffix}")
        found = evaluate(use_case, bundle, settings, QUIET, file)
        assert not found.left_out, f"{suffix}: {reasons(found)}"
        metrics = bundle.metadata.metrics
        assert found.measured.metrics == pytest.approx(metrics, abs=1e-9), suffix


class _Given(BaseDataLoader):
    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        return self.frame


class Encoding(Preprocessor):
    """A target that is encoded the other way round, by a hook that knows no other label."""

    def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
        return pd.Series([{"yes": 0, "no": 1}[each] for each in target], target.index)


class Splitting(Preprocessor):
    """A target that is encoded where it is parted from the features."""

    def split_X_y(
        self, frame: pd.DataFrame, features: Features
    ) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
        X, y = super().split_X_y(frame, features)
        return X, (y == "no").astype(int)


@pytest.mark.parametrize("preprocessor", [Encoding, Splitting])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_target_is_encoded_by_the_use_cases_own_hook(
    tmp_path: Path, preprocessor: type[BasePreprocessor], suffix: str
) -> None:
    fields = {"classes": {"0": "buys", "1": "stays"}, "flags": {}}
    use_case = UseCase(
        Features.model_validate(FEATURES.model_dump() | fields),
        lambda: _Given(customers()),
        preprocessor,
        case().train_model,
        lambda model: ["buys", "stays"],
    )
    bundle, settings = made(use_case, tmp_path)
    rows = held_out(use_case, settings)
    found = evaluate(use_case, bundle, settings, QUIET, saved(rows, tmp_path / f"rows{suffix}"))
    assert found.measured.metrics == pytest.approx(bundle.metadata.metrics, abs=1e-9)
    if preprocessor is Encoding:
        strange = pd.concat([rows, rows.head(1).assign(bought="perhaps")])
        file = saved(strange, tmp_path / f"strange{suffix}")
        assert evaluate(use_case, bundle, settings, QUIET, file).left_out == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_row_counts_as_often_as_its_weight_says(tmp_path: Path, suffix: str) -> None:
    frame = customers().assign(count=np.arange(600) % 4)
    features = Features.model_validate(FEATURES.model_dump() | {"weight": "count"})

    def weighing(X: Any, y: Any, weight: Any = None) -> Any:
        return case().train_model(X, y)

    use_case = case(weighing, frame, features)
    bundle, settings = made(use_case, tmp_path)
    own = evaluate(use_case, bundle, settings, QUIET)
    assert own.measured.metrics == pytest.approx(bundle.metadata.metrics, abs=1e-9)
    weighted = evaluate(use_case, bundle, settings, QUIET, saved(frame, tmp_path / f"a{suffix}"))
    single = frame.loc[frame.index.repeat(frame["count"])].assign(count=1)
    each = evaluate(use_case, bundle, settings, QUIET, saved(single, tmp_path / f"b{suffix}"))
    assert weighted.measured.metrics == pytest.approx(each.measured.metrics, abs=1e-9)
    assert weighted.measured.classes == each.measured.classes
    assert len(weighted.labelled) == len(each.labelled) == int(frame["count"].sum())
    without = saved(single.drop(columns="count"), tmp_path / f"c{suffix}")
    found = evaluate(use_case, bundle, settings, QUIET, without)
    assert found.measured.metrics == pytest.approx(each.measured.metrics, abs=1e-9)
    bad = single.head(5).assign(count=pd.Series([1, 2, np.nan, 3, 4]).to_numpy())
    found = evaluate(use_case, bundle, settings, QUIET, saved(bad, tmp_path / f"d{suffix}"))
    assert reasons(found) == {"'count' is no whole number of rows": 1}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_regression_is_measured_in_its_unit(tmp_path: Path, suffix: str) -> None:
    frame = customers().dropna().drop(columns="bought")
    frame["bill"] = frame["age"] * 2.5 + frame["copy"] + np.sin(np.arange(len(frame)))
    fields = {"target": "bill", "task": "regression", "flags": {}}
    features = Features.model_validate(FEATURES.model_dump() | fields)
    use_case = case(linear, frame, features)
    bundle, settings = made(use_case, tmp_path)
    rows = held_out(use_case, settings)
    found = evaluate(use_case, bundle, settings, QUIET, saved(rows, tmp_path / f"rows{suffix}"))
    assert found.measured.metrics == pytest.approx(bundle.metadata.metrics, rel=1e-6)
    assert found.measured.baseline["r2"] == pytest.approx(0)
    assert (found.folder / "residuals.png").is_file()
    with_texts = rows.astype({"bill": str})
    with_texts.loc[with_texts.index[:3], "bill"] = ["much", "nan", ""]
    found = evaluate(
        use_case, bundle, settings, QUIET, saved(with_texts, tmp_path / f"texts{suffix}")
    )
    assert found.left_out == 3
    assert len(found.labelled) == len(rows) - 3
