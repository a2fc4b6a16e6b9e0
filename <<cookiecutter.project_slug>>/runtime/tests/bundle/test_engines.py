"""A model is served compiled where that is proven to be the same, else by scikit-learn itself."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from model_runtime.bundle.engines import OnnxEngine, Unanswerable
from model_runtime.bundle.metadata import Parity, digest
from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.rows import columns_from
from model_runtime.compiler import compile as compilation
from model_runtime.compiler.proof_rows import proof_rows
from model_runtime.compiler.prove import columns_of, prove
from model_runtime.errors import ProjectError
from model_runtime.features import Feature, Features
from model_runtime.settings import Settings
from model_runtime.tasks import class_indices
from model_runtime.training.fit import fit
from model_runtime.training.resolve import resolve_schema
from model_runtime.training.run import train
from model_runtime.training.split import split
from model_runtime.training.use_case import UseCase

from ..support import small_cases
from ..support.settings import settings_in
from ..support.small_cases import FEATURES, FreePreprocessor, Preprocessor, case

pytestmark = pytest.mark.slow
TRUSTED = "tests.support.small_cases.FreePreprocessor"


def trusting(folder: Path, *types: str) -> Settings:
    settings = settings_in(folder)
    training = settings.training.model_copy(update={"trusted_types": types})
    return settings.model_copy(update={"training": training})


def fitted(use_case: UseCase) -> tuple[Pipeline, Any, Any]:
    """Return a pipeline, its schema and its split."""
    rows = use_case.rows(use_case.data_loader().load_data())
    parts = split(rows, 0.2, 0, use_case.features.task)
    pipeline = fit(use_case, parts.train, 0)
    regression = use_case.features.task == "regression"
    classes = [] if regression else use_case.get_classes(pipeline[-1])
    return pipeline, resolve_schema(use_case.features, rows.X, classes), parts


@pytest.mark.parametrize("train_model", [small_cases.forest, small_cases.logistic])
def test_a_column_transformer_compiles_and_is_proven(tmp_path: Path, train_model: Any) -> None:
    metadata = train(case(train_model), trusting(tmp_path), Console(quiet=True))
    assert (metadata.engine, metadata.parity.obstacle) == ("onnx", None)
    assert sum(metadata.parity.rows.values()) >= 20_000
    groups = {"hold_out", "thresholds", "missing", "extremes", "wide", "random"}
    assert set(metadata.parity.rows) == groups
    assert metadata.parity.largest_difference is not None
    assert metadata.parity.largest_difference <= 1e-5


def test_a_free_transform_falls_back_and_serves_scikit_learns_numbers(tmp_path: Path) -> None:
    use_case = case(small_cases.forest, preprocessor=FreePreprocessor)
    metadata = train(use_case, trusting(tmp_path, TRUSTED), Console(quiet=True))
    assert metadata.engine == "sklearn"
    assert "your Preprocessor.transform" in str(metadata.parity.obstacle)
    bundle = read_bundle(tmp_path / "model_bin")
    rows = use_case.rows(use_case.data_loader().load_data())
    settings = trusting(tmp_path).training
    parts = split(rows, settings.test_size, settings.seed, "classification")
    expected = fit(use_case, parts.train, settings.seed).predict_proba(rows.X)
    np.testing.assert_array_equal(bundle.engine((TRUSTED,)).run(columns_of(rows.X)), expected)


def test_an_estimator_that_cannot_be_compiled_is_named(tmp_path: Path) -> None:
    metadata = train(case(small_cases.boosted), trusting(tmp_path), Console(quiet=True))
    assert metadata.engine == "sklearn"
    assert "the estimator (AdaBoostClassifier)" in str(metadata.parity.obstacle)


def test_a_regression_compiles(tmp_path: Path) -> None:
    fields = FEATURES.model_dump() | {"task": "regression", "target": "spent", "flags": {}}
    frame = small_cases.customers().drop(columns="bought")
    frame["spent"] = 1e6 + 50 * frame["age"] + 9 * frame["copy"]
    use_case = case(small_cases.linear, frame, Features.model_validate(fields))
    metadata = train(use_case, trusting(tmp_path), Console(quiet=True))
    assert (metadata.engine, metadata.parity.obstacle) == ("onnx", None)
    assert metadata.metrics["r2"] == pytest.approx(1)


def test_a_conversion_in_single_precision_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compilation, "DoubleTensorType", FloatTensorType)
    use_case = case(small_cases.forest)
    pipeline, schema, parts = fitted(use_case)

    class SinglePrecision(OnnxEngine):
        def outputs(self, columns: Any) -> Any:
            return super().outputs(
                {
                    name: values if values.dtype == object else values.astype(np.float32)
                    for name, values in columns.items()
                }
            )

    engine = SinglePrecision(compilation.compile_pipeline(pipeline, parts.train.X))
    groups = proof_rows(schema, parts.train.X, parts.test.X, 20_000, 0)
    parity = prove(pipeline, engine, groups, "classification")
    assert not parity.proven
    assert parity.differing_rows
    assert parity.largest_difference and parity.largest_difference > 0.01


class StrictPreprocessor(Preprocessor):
    """Refuses labels that it has not seen."""

    def build_transformer(self, features: list[Feature]) -> Any:
        encoder = OneHotEncoder(sparse_output=False)
        return ColumnTransformer([("labels", encoder, ["Größe"]), ("rest", "passthrough", ["age"])])


def test_a_documented_label_that_the_model_never_saw_is_refused_not_failed(tmp_path: Path) -> None:
    fields = FEATURES.model_dump()
    fields["features"][3]["labels"] = ["S", "M", "L", "XXL"]
    features = Features.model_validate(fields)
    use_case = case(small_cases.forest, features=features, preprocessor=StrictPreprocessor)
    train(use_case, trusting(tmp_path), Console(quiet=True))
    bundle = read_bundle(tmp_path / "model_bin")
    with pytest.raises(Unanswerable):
        bundle.engine().run(columns_from(bundle.schema.features, [[1.0, 40, True, "XXL"]]))


def test_small_targets_are_held_against_their_own_size() -> None:
    frame = (
        small_cases.customers().drop(columns="bought").assign(rate=lambda frame: frame.age * 1e-9)
    )
    fields = FEATURES.model_dump() | {"task": "regression", "target": "rate", "flags": {}}
    pipeline, _, parts = fitted(case(small_cases.linear, frame, Features.model_validate(fields)))

    class Zero:
        inline_rows = 1

        def run(self, columns: Any) -> Any:
            return np.zeros((len(columns["age"]), 1))

    groups, spread = {"hold_out": parts.test.X}, float(parts.train.y.std())
    assert not prove(pipeline, Zero(), groups, "regression", 1, spread).proven


def test_a_vote_is_stored_and_served_by_scikit_learn(tmp_path: Path) -> None:
    def vote(X: Any, y: Any) -> VotingClassifier:
        voters = [("one", LogisticRegression()), ("two", small_cases.forest(X, y))]
        return VotingClassifier(voters, voting="soft").fit(X, y)

    settings = trusting(tmp_path)
    training = settings.training.model_copy(update={"engine": "sklearn"})
    changed = settings.model_copy(update={"training": training})
    assert train(case(vote), changed, Console(quiet=True)).engine == "sklearn"


def test_an_untrusted_type_is_refused_and_told_where_to_trust_it(tmp_path: Path) -> None:
    use_case = case(small_cases.forest, preprocessor=FreePreprocessor)
    with pytest.raises(ProjectError, match=rf"{TRUSTED}.*training\.trusted_types"):
        train(use_case, trusting(tmp_path), Console(quiet=True))
    assert not (tmp_path / "model_bin").exists()


def test_another_scikit_learn_version_is_refused_by_the_sklearn_engine(tmp_path: Path) -> None:
    train(case(small_cases.boosted), trusting(tmp_path), Console(quiet=True))
    file = tmp_path / "model_bin" / "metadata.json"
    fields = json.loads(file.read_text())
    fields["libraries"]["scikit-learn"] = "1.2.3"
    fields["digest"] = digest(fields)
    file.write_text(json.dumps(fields))
    with pytest.raises(ProjectError, match=r"scikit-learn 1\.2\.3 and here is.*install 1\.2\.3"):
        read_bundle(tmp_path / "model_bin").engine()


def test_a_tie_is_won_by_the_first_class_whatever_the_rounding() -> None:
    rounded = np.array([[0.5, 0.5], [0.49999997, 0.50000003], [0.4, 0.6]])
    assert class_indices(rounded).tolist() == [0, 0, 1]


def test_the_record_of_a_proof_is_part_of_the_bundle(bundle: Any) -> None:
    parity: Parity = bundle.metadata.parity
    assert parity.proven == (bundle.metadata.engine == "onnx")
    assert parity.proven == (parity.obstacle is None)
