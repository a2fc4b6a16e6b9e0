"""The target of labelled rows: known however it is written, encoded, weighted or measured."""

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from model_runtime import BaseDataLoader
from model_runtime.evaluation.run import evaluate
from model_runtime.features import Features
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.training.use_case import UseCase

from ..support.labelled_files import QUIET, SUFFIXES, assembled, held_out, measured, reasons, saved
from ..support.small_cases import FEATURES, Preprocessor, case, customers, linear

CODES: dict[str, list[Any]] = {
    "texts": ["no", "yes"],
    "numbers": [0, 1],
    "numbers that are no places": [1, 2],
    "floats": [0.0, 1.0],
    "booleans": [False, True],
    "digits": ["0", "1"],
    "digits with noughts": ["007", "008"],
    "digits with and without": ["01", "1"],
    "digits that are another number": ["01", "1.0"],
    "texts with commas": ["1,5", "2,5"],
    "texts with points": ["1.5", "2.5"],
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
    bundle, settings = assembled(use_case, tmp_path)
    for suffix in SUFFIXES:
        file = saved(held_out(use_case, settings), tmp_path / f"rows{suffix}")
        rows, found = measured(use_case, bundle, settings, file)
        assert not reasons(rows), suffix
        assert found.metrics == pytest.approx(bundle.metadata.metrics, abs=1e-9), suffix


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
def test_the_target_is_encoded_by_the_use_cases_own_hook(
    tmp_path: Path, preprocessor: type[BasePreprocessor]
) -> None:
    fields = {"classes": {"0": "buys", "1": "stays"}, "flags": {}}
    use_case = UseCase(
        Features.model_validate(FEATURES.model_dump() | fields),
        lambda: _Given(customers()),
        preprocessor,
        case().train_model,
        lambda model: ["buys", "stays"],
    )
    bundle, settings = assembled(use_case, tmp_path)
    frame = held_out(use_case, settings)
    for suffix in SUFFIXES:
        file = saved(frame, tmp_path / f"rows{suffix}")
        _, found = measured(use_case, bundle, settings, file)
        assert found.metrics == pytest.approx(bundle.metadata.metrics, abs=1e-9), suffix
        if preprocessor is Encoding:
            strange = pd.concat([frame, frame.head(1).assign(bought="perhaps")])
            file = saved(strange, tmp_path / f"strange{suffix}")
            rows, _ = measured(use_case, bundle, settings, file)
            assert sum(reasons(rows).values()) == 1, suffix


def test_a_row_counts_as_often_as_its_weight_says(tmp_path: Path) -> None:
    frame = customers().assign(count=np.arange(600) % 4)
    features = Features.model_validate(FEATURES.model_dump() | {"weight": "count"})

    def weighing(X: Any, y: Any, weight: Any = None) -> Any:
        return case().train_model(X, y)

    use_case = case(weighing, frame, features)
    bundle, settings = assembled(use_case, tmp_path)
    own = evaluate(use_case, bundle, settings, QUIET)
    assert own.measured.metrics == pytest.approx(bundle.metadata.metrics, abs=1e-9)
    single = frame.loc[frame.index.repeat(frame["count"])].assign(count=1)
    bad = single.head(5).assign(count=pd.Series([1, 2, np.nan, 3, 4]).to_numpy())
    for suffix in SUFFIXES:
        file = tmp_path / f"rows{suffix}"
        weighted, found = measured(use_case, bundle, settings, saved(frame, file))
        each, wanted = measured(use_case, bundle, settings, saved(single, file))
        assert found.metrics == pytest.approx(wanted.metrics, abs=1e-9), suffix
        assert found.classes == wanted.classes, suffix
        assert len(weighted) == len(each) == int(frame["count"].sum()), suffix
        without = saved(single.drop(columns="count"), file)
        _, found = measured(use_case, bundle, settings, without)
        assert found.metrics == pytest.approx(wanted.metrics, abs=1e-9), suffix
        rows, _ = measured(use_case, bundle, settings, saved(bad, file))
        assert reasons(rows) == {"'count' is no whole number of rows": 1}, suffix


def test_a_regression_is_measured_in_its_unit(tmp_path: Path) -> None:
    frame = customers().dropna().drop(columns="bought")
    frame["bill"] = frame["age"] * 2.5 + frame["copy"] + np.sin(np.arange(len(frame)))
    fields = {"target": "bill", "task": "regression", "flags": {}}
    features = Features.model_validate(FEATURES.model_dump() | fields)
    use_case = case(linear, frame, features)
    bundle, settings = assembled(use_case, tmp_path)
    rows = held_out(use_case, settings)
    with_texts = rows.astype({"bill": str})
    with_texts.loc[with_texts.index[:4], "bill"] = ["much", "nan", "", " NA"]
    for suffix in SUFFIXES:
        file = tmp_path / f"rows{suffix}"
        evaluation = evaluate(use_case, bundle, settings, QUIET, saved(rows, file))
        assert evaluation.measured.metrics == pytest.approx(bundle.metadata.metrics, rel=1e-6)
        assert evaluation.measured.baseline["r2"] == pytest.approx(0)
        assert (evaluation.folder / "residuals.png").is_file()
        texts = with_texts
        if suffix == ".txt":  # where pandas leaves the point of a text as it is
            texts = texts.assign(bill=texts["bill"].str.replace(".", ","))
        found, _ = measured(use_case, bundle, settings, saved(texts, file))
        no_numbers = reasons(found)["'bill' is no finite number"]
        assert sum(reasons(found).values()) == 4, suffix
        assert no_numbers == (1 if suffix in (".csv", ".txt") else 3), suffix
        assert len(found) == len(rows) - 4, suffix
    # The decimal comma may stand in the target alone, and blanks around it.
    rows["income per.year"] = rows["income per.year"].round().astype(int)
    shown = StringIO()
    sent = rows["bill"].astype(str).str.replace(".", ",").radd(" ")
    sent.iloc[0] = "1.234,5"
    file = saved(rows.assign(bill=sent), tmp_path / "rows.txt")
    evaluation = evaluate(use_case, bundle, settings, Console(file=shown, width=200), file)
    assert len(evaluation.labelled) == len(rows) - 1
    assert [reject.value for reject in evaluation.labelled.rejects] == ["1.234,5"]
    assert "\nform       cp1252, semicolons between fields, ',' in numbers; ENC" in shown.getvalue()
