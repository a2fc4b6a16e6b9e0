"""The default encoding of labels and texts: few as ever, many within bounds, and said."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from rich.console import Console
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

from model_runtime.bundle.read import read_bundle
from model_runtime.encoding import choose_encodings
from model_runtime.features import Feature, Features
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.training.run import train

from ..support.settings import settings_in
from ..support.small_cases import FEATURES, Preprocessor, case, customers

SHOPS = Features.model_validate(
    {
        "target": "bought",
        "task": "classification",
        "features": [
            {"name": "age", "type": "number"},
            {"name": "size", "type": "category"},
            {"name": "street", "type": "category"},
        ],
    }
)


class ManyLabels(BasePreprocessor):
    def features(self) -> Features:
        return SHOPS


def shops(n: int = 2_000, streets: int = 500) -> pd.DataFrame:
    """Made-up visitors of shops in many streets, which say something about the target."""
    random = np.random.default_rng(0)
    street = random.integers(0, streets, n)
    score = random.normal(size=streets)[street] + random.normal(size=n)
    return pd.DataFrame(
        {
            "age": random.normal(40, 10, n),
            "size": random.choice(["S", "M", "L"], n),
            "street": [f"street {code}" for code in street],
            "bought": np.where(score > 0, "yes", "no"),
        }
    )


def branches(transformer: ColumnTransformer) -> dict[str, Any]:
    """Return each part's kind and columns."""
    return {name: (type(step), columns) for name, step, columns in transformer.transformers}


def fitted(frame: pd.DataFrame, preprocessor: BasePreprocessor) -> ColumnTransformer:
    X, y = preprocessor.split_X_y(frame, SHOPS)
    return preprocessor.fit(X, y).transformer_


def test_few_labels_are_encoded_as_ever() -> None:
    X, y = Preprocessor().split_X_y(customers(), FEATURES)
    numbers = ["income per.year", "age", "copy"]
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    plain = ColumnTransformer(
        [("n", make_pipeline(fill, StandardScaler()), numbers), ("l", one_hot, ["Größe"])]
    )
    np.testing.assert_array_equal(Preprocessor().fit_transform(X, y), plain.fit_transform(X))


def test_many_labels_become_the_mean_of_the_target_and_few_beside_them_do_not() -> None:
    found = branches(fitted(shops(), ManyLabels()))
    assert found["labels"] == (OneHotEncoder, ["size"])
    assert found["many_labels"] == (TargetEncoder, ["street"])


def test_what_is_learned_from_is_cross_fitted() -> None:
    X, y = ManyLabels().split_X_y(shops(), SHOPS)
    preprocessor = ManyLabels()
    learned = preprocessor.fit_transform(X, y)
    # In fit_transform a row's own target is not in the mean that stands for its label.
    assert not np.allclose(learned, preprocessor.transform(X))
    np.testing.assert_array_equal(learned, ManyLabels().fit_transform(X, y))


def test_a_regression_on_whole_numbers_is_no_classification() -> None:
    frame = shops().assign(bought=np.arange(2_000) % 7)
    features = SHOPS.model_copy(update={"task": "regression"})
    X, y = ManyLabels().split_X_y(frame, SHOPS)
    chosen = choose_encodings(features, features.features, X, y, 60)
    assert (chosen.target, chosen.target_type) == (["street"], "continuous")


@pytest.mark.parametrize("reason", ["no target", "weights", "as many classes"])
def test_where_means_can_not_be_had_the_most_frequent_labels_get_a_column(reason: str) -> None:
    features, frame = SHOPS, shops()
    if reason == "weights":
        features = SHOPS.model_copy(update={"weight": "count"})
    if reason == "as many classes":
        frame["bought"] = [f"class {k % 100}" for k in range(len(frame))]
    X, y = ManyLabels().split_X_y(frame, features)
    target = None if reason == "no target" else y
    chosen = choose_encodings(features, features.features, X, target, 60)
    often = frame["street"].value_counts().head(60)
    assert not chosen.target
    assert len(chosen.frequent["street"]) == 60
    assert set(frame["street"].value_counts()[lambda n: n > often.min()].index) <= set(
        chosen.frequent["street"]
    )


def test_many_rows_leave_fewer_columns_for_labels() -> None:
    random = np.random.default_rng(0)
    names = [f"category {k}" for k in range(5)]
    features = [Feature(name=name, type="category") for name in names]
    codes = {name: random.integers(0, 40, 1_000_000).astype(object) for name in names}
    every = SHOPS.model_copy(update={"features": features})
    y = pd.Series(random.integers(0, 2, 1_000_000))
    of_many = choose_encodings(every, features, pd.DataFrame(codes), y, 60)
    assert of_many.target == names[1:]
    few_rows = pd.DataFrame(codes).head(10_000)
    assert choose_encodings(every, features, few_rows, y.head(10_000), 60).target == []


def test_the_number_of_labels_is_the_use_cases_to_set() -> None:
    class Wide(ManyLabels):
        one_hot_labels = 1_000

    assert branches(fitted(shops(), Wide()))["labels"] == (OneHotEncoder, ["size", "street"])


def test_a_use_case_may_leave_features_out_of_the_default() -> None:
    class Narrow(ManyLabels):
        def build_transformer(self, features: list[Feature]) -> Any:
            return super().build_transformer([f for f in features if f.name != "street"])

    assert branches(fitted(shops(), Narrow())).keys() == {"numbers", "labels"}


def test_log_and_model_card_say_how_many_labels_are_encoded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = shops()
    train(
        case(frame=frame, features=SHOPS, preprocessor=ManyLabels), settings_in(tmp_path), Console()
    )
    streets = frame["street"].nunique()
    assert f"street ({streets}) as the target's mean" in capsys.readouterr().out
    card = (tmp_path / "reports" / "model-card.md").read_text()
    assert f"- `street` ({streets}): as the target's mean for each label" in card


def test_a_preprocessor_of_ones_own_is_stored_without_a_class_of_the_template(
    tmp_path: Path,
) -> None:
    class Free(ManyLabels):
        def transform(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
            return np.asarray(self.transformer_.transform(X)) * 2.0

    preprocessor = Free()
    fitted(shops(), preprocessor)
    own = {type(value).__module__.split(".")[0] for value in vars(preprocessor).values()}
    assert own == {"sklearn"}


def test_a_bundle_with_many_labels_is_read_and_answers(tmp_path: Path) -> None:
    use_case = case(frame=shops(), features=SHOPS, preprocessor=ManyLabels)
    settings = settings_in(tmp_path)
    plain = settings.training.model_copy(update={"engine": "sklearn"})
    train(use_case, settings.model_copy(update={"training": plain}), Console(quiet=True))
    engine = read_bundle(tmp_path / "model_bin").engine()
    X, _ = ManyLabels().split_X_y(shops(20), SHOPS)
    columns = {str(name): X[name].to_numpy().reshape(-1, 1) for name in X}
    assert engine.run(columns).shape == (20, 2)


def test_the_words_of_many_texts_are_bounded() -> None:
    features = [Feature(name="letter", type="text", example="Dear Sir")]
    every = SHOPS.model_copy(update={"features": features})
    letters = pd.DataFrame({"letter": np.full(1_000_000, "Dear Sir", dtype=object)})
    assert choose_encodings(every, features, letters, None, 60).words == {"letter": 100}
    assert choose_encodings(every, features, letters.head(500), None, 60).words["letter"] == 10_000
