"""A bundle's parts agree, or it is refused: good hashes alone make no bundle."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from model_runtime.bundle.agreement import check_agreement
from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.bundle.rows import columns_from
from model_runtime.bundle.self_test import self_test
from model_runtime.bundle.write import write_bundle
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.tasks import TASKS
from model_runtime.training.run import train

from ..support import small_cases
from ..support.sealed_parts import PARTS, part, put
from ..support.settings import settings_in
from ..support.small_cases import FEATURES, case
from ..support.spoiled_parts import places, spoiled

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def regression(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("regression")
    fields = FEATURES.model_dump() | {"task": "regression", "target": "spent", "flags": {}}
    frame = small_cases.customers().drop(columns="bought")
    frame["spent"] = 1e6 + 50 * frame["age"] + frame.index % 7
    use_case = case(small_cases.linear, frame, Features.model_validate(fields))
    train(use_case, settings_in(folder), Console(quiet=True))
    return read_bundle(folder / "model_bin")


@pytest.fixture(params=["shop", "regression"])
def good(request: pytest.FixtureRequest) -> Bundle:
    bundle: Bundle = request.getfixturevalue(request.param)
    return bundle


@pytest.fixture
def folder(good: Bundle, tmp_path: Path) -> Path:
    """A good bundle that a test may spoil."""
    write_bundle(tmp_path / "model_bin", good.model, good.schema, good.metadata)
    return tmp_path / "model_bin"


def answer(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Load a bundle as serving does, and return its answer by names, or raise its refusal."""
    bundle = read_bundle(folder)
    engine = bundle.engine()
    self_test(engine, bundle.schema, bundle.metadata)
    features = bundle.schema.features
    outputs = engine.run(columns_from(features, [[request[each.name] for each in features]]))[0]
    names = bundle.schema.classes or ["prediction"]
    flags = bundle.schema.flags or ["prediction"]
    return {
        "classes": dict(zip(names, outputs.tolist(), strict=True)),
        "flags": dict(zip(flags, outputs.tolist(), strict=True)),
    }


@pytest.mark.parametrize("name", PARTS)
def test_a_bundle_with_any_one_value_changed_is_refused_or_answers_the_same(
    folder: Path, name: str
) -> None:
    request = part(folder, "metadata.json")["self_test"]["request"]
    expected, whole = answer(folder, request), part(folder, name)
    refused = 0
    for way, other in spoiled(whole):
        if name == "metadata.json" and not (isinstance(other, dict) and "files" in other):
            continue  # nothing that could be sealed
        put(folder, name, other)
        try:
            assert answer(folder, request) == expected, (name, way, other)
        except ProjectError as refusal:
            assert name in str(refusal) or "self-test" in str(refusal), refusal
            refused += 1
        put(folder, name, whole)
    assert refused > len(list(places(whole)))


def test_swapped_classes_are_refused(shop: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / "model_bin"
    write_bundle(folder, shop.model, shop.schema, shop.metadata)
    put(folder, "schema.json", part(folder, "schema.json") | {"classes": ["yes", "no"]})
    with pytest.raises(ProjectError, match=r"classes are \['no', 'yes'\].*are \['yes', 'no'\]"):
        read_bundle(folder)


def test_swapped_flags_are_refused_by_the_other_file_that_has_them(
    shop: Bundle, tmp_path: Path
) -> None:
    folder = tmp_path / "model_bin"
    write_bundle(folder, shop.model, shop.schema, shop.metadata)
    put(folder, "flags.json", {"buys": 0, "stays": 1})
    with pytest.raises(ProjectError, match=r"flags\.json says something else than schema\.json"):
        read_bundle(folder)


def test_three_classes_for_two_flags_are_refused(shop: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / "model_bin"
    write_bundle(folder, shop.model, shop.schema, shop.metadata)
    put(folder, "schema.json", part(folder, "schema.json") | {"classes": ["no", "yes", "maybe"]})
    with pytest.raises(ProjectError, match="3 classes have 2 flags"):
        read_bundle(folder)


def test_a_model_with_another_number_of_classes_than_its_bundle_fails_the_self_test(
    shop: Bundle,
) -> None:
    three = {"classes": ["no", "yes", "maybe"], "flags": ["stays", "buys", "waits"]}
    test = {"classes": three["classes"], "outputs": [*shop.metadata.self_test.outputs, 0.0]}
    changed_test = shop.metadata.self_test.model_copy(update=test)
    metadata = shop.metadata.model_copy(update={"self_test": changed_test})
    check_agreement(schema := shop.schema.model_copy(update=three), metadata)
    with pytest.raises(ProjectError, match="self-test answers"):
        self_test(shop.engine(), schema, metadata)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tolerance", float("nan")),
        ("tolerance", float("inf")),
        ("tolerance", -1e-5),
        ("tolerance", 0.5),
        ("scale", float("nan")),
        ("scale", float("inf")),
        ("scale", 1e300),
        ("largest_difference", float("nan")),
        ("largest_difference", 0.1),
        ("largest_difference", None),
        ("differing_rows", 3),
        ("differing_labels", 1),
        ("rows", {"hold_out": 12}),
        ("proven", False),
        ("obstacle", "the estimator"),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(
    shop: Bundle, tmp_path: Path, field: str, value: Any
) -> None:
    folder = tmp_path / "model_bin"
    write_bundle(folder, shop.model, shop.schema, shop.metadata)
    fields = part(folder, "metadata.json")
    put(folder, "metadata.json", fields | {"parity": fields["parity"] | {field: value}})
    with pytest.raises(ProjectError, match="make train"):
        read_bundle(folder)


def test_a_regressions_scale_is_not_believed_beyond_what_its_metrics_tell(
    regression: Bundle,
) -> None:
    parity = regression.metadata.parity.model_copy(update={"scale": 1e300})
    metadata = regression.metadata.model_copy(update={"parity": parity})
    self_test(regression.engine(), regression.schema, metadata)
    wrong = [output + 1e6 for output in metadata.self_test.outputs]
    test = metadata.self_test.model_copy(update={"outputs": wrong})
    with pytest.raises(ProjectError, match="self-test answers"):
        self_test(
            regression.engine(), regression.schema, metadata.model_copy(update={"self_test": test})
        )


def test_every_metric_that_is_measured_is_known_here(shop: Bundle, regression: Bundle) -> None:
    for bundle in (shop, regression):
        assert set(bundle.metadata.metrics) == set(TASKS[bundle.schema.task].metrics)


def test_no_bundle_that_would_be_refused_is_written(shop: Bundle, tmp_path: Path) -> None:
    swapped = shop.schema.model_copy(update={"classes": ["yes", "no"]})
    with pytest.raises(ProjectError, match="classes"):
        write_bundle(tmp_path / "model_bin", shop.model, swapped, shop.metadata)
    assert not (tmp_path / "model_bin").exists()
