"""A bundle's parts agree, or it is refused: good hashes alone make no bundle."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sklearn.dummy import DummyRegressor

from << cookiecutter.package_name >>.bundle.agreement import check_agreement
from << cookiecutter.package_name >>.bundle.metadata import digest
from << cookiecutter.package_name >>.bundle.read import Bundle, read_bundle
from << cookiecutter.package_name >>.bundle.rows import columns_from
from << cookiecutter.package_name >>.bundle.self_test import self_test
from << cookiecutter.package_name >>.bundle.write import write_bundle
from << cookiecutter.package_name >>.errors import ProjectError
from << cookiecutter.package_name >>.features import Features
from << cookiecutter.package_name >>.tasks import TASKS
from << cookiecutter.package_name >>.training.run import train

from . import small_cases
from .conftest import settings_in
from .small_cases import FEATURES, case

PARTS = ("schema.json", "lookup.json", "flags.json", "metadata.json")
Way = tuple[str | int, ...]
Change = Callable[[Any], Any]

NUMBERS: list[Change] = [
    lambda value: value + 1,
    lambda value: -value,
    lambda _: 0,
    lambda _: 1e300,
    lambda _: 10**400,
    lambda _: float("nan"),
    lambda _: float("inf"),
]
TEXTS: list[Change] = [lambda value: value + "x", lambda _: "", lambda _: "\ud800"]
LISTS: list[Change] = [
    lambda value: value[::-1],
    lambda value: value[:-1],
    lambda value: [*value, *value[-1:]],
    lambda value: [*value, "one more"],
]
OBJECTS: list[Change] = [
    lambda value: dict(reversed(value.items())),
    lambda value: {**value, "one more": 0},
]
OTHERS: list[Change] = [lambda _: None, lambda value: [value], lambda _: {}, lambda _: True]


@pytest.fixture(scope="module")
def regression(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("regression")
    fields = FEATURES.model_dump() | {"task": "regression", "target": "spent", "flags": {}}
    frame = small_cases.customers().drop(columns="bought")
    frame["spent"] = 1e6 + 50 * frame["age"] + frame.index % 7
    settings = settings_in(folder)
    settings = settings.model_copy(
        update={"training": settings.training.model_copy(update={"folds": 0})}
    )
    use_case = case(small_cases.linear, frame, Features.model_validate(fields))
    train(use_case, settings, Console(quiet=True))
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


def part(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def put(folder: Path, name: str, value: Any) -> None:
    """Write a part and make all hashes fit."""
    (folder / name).write_text(json.dumps(value), "utf-8")
    seal(folder)


def seal(folder: Path) -> None:
    fields = part(folder, "metadata.json")
    for file in fields["files"]:
        fields["files"][file] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    with suppress(UnicodeEncodeError):  # half a surrogate pair has no bytes to hash
        fields["digest"] = digest(fields)
    (folder / "metadata.json").write_text(json.dumps(fields), "utf-8")


def places(value: Any, at: Way = ()) -> Iterator[Way]:
    """Yield the way to each value of a part, itself first."""
    yield at
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from places(inner, (*at, key))


def changes(value: Any) -> list[Change]:
    kinds = {bool: [lambda value: not value], int: NUMBERS, float: NUMBERS, str: TEXTS}
    return OTHERS + (kinds | {list: LISTS, dict: OBJECTS}).get(type(value), [])


def changed(whole: Any, at: Way, change: Change) -> Any:
    if not at:
        return change(whole)
    whole = deepcopy(whole)
    inner = whole
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = change(inner[at[-1]])
    return whole


def lacking(whole: Any, at: Way) -> Any:
    whole = deepcopy(whole)
    inner = whole
    for key in at[:-1]:
        inner = inner[key]
    del inner[at[-1]]
    return whole


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


def spoiled(whole: Any) -> Iterator[tuple[Way, Any]]:
    """Yield a part with one value changed or left out, and the way to it; the seal is left."""
    for way in places(whole):
        if {"files", "digest"} & set(way[:1]):
            continue
        value = whole
        for key in way:
            value = value[key]
        for change in changes(value):
            yield way, changed(whole, way, change)
        if way:
            yield way, lacking(whole, way)


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


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"nul",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": "\\ud800"}',
    ],
    ids=["empty", "utf-16", "list", "cut", "twice", "nan", "huge", "long", "deep", "surrogate"],
)
def test_json_that_is_none_is_refused_with_a_sentence(
    shop: Bundle, tmp_path: Path, name: str, content: bytes
) -> None:
    folder = tmp_path / "model_bin"
    write_bundle(folder, shop.model, shop.schema, shop.metadata)
    (folder / name).write_bytes(content)
    if name != "metadata.json":
        seal(folder)
    with pytest.raises(ProjectError, match=rf"{name}.*make train"):
        read_bundle(folder)


def test_a_part_larger_than_any_is_refused_unread(
    shop: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model_bin"
    write_bundle(folder, shop.model, shop.schema, shop.metadata)
    with (folder / "metadata.json").open("r+b") as file:
        file.truncate(10 * 2**30)  # of holes: they take no room on the disk
    with pytest.raises(ProjectError, match=r"metadata\.json has 10,737,418,240 bytes"):
        read_bundle(folder)


def test_other_files_than_a_bundles_own_are_refused_in_its_list_and_ignored_beside_it(
    shop: Bundle, tmp_path: Path
) -> None:
    folder = tmp_path / "model_bin"
    write_bundle(folder, shop.model, shop.schema, shop.metadata)
    (folder / "notes.txt").write_text("mine")
    read_bundle(folder)
    fields = part(folder, "metadata.json")
    put(folder, "metadata.json", fields | {"files": fields["files"] | {"notes.txt": "0" * 64}})
    with pytest.raises(ProjectError, match=r"files names .*notes\.txt.*make train"):
        read_bundle(folder)


def test_a_link_serves_what_fits_its_hash_and_nothing_else(shop: Bundle, tmp_path: Path) -> None:
    """Volumes of Kubernetes are folders of links, so a link is no reason to refuse."""
    folder, outside = tmp_path / "model_bin", tmp_path / "elsewhere"
    write_bundle(folder, shop.model, shop.schema, shop.metadata)
    model = folder / shop.metadata.model_file
    model.rename(outside)
    model.symlink_to(outside)
    assert read_bundle(folder).model == shop.model
    outside.write_bytes(b"another")
    with pytest.raises(ProjectError, match="differs from its SHA-256"):
        read_bundle(folder)
    outside.unlink()
    os.mkfifo(outside)
    with pytest.raises(ProjectError, match="is missing"):
        read_bundle(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", b"\x00" * 100])
@pytest.mark.parametrize("engine", ["onnx", "sklearn"])
def test_a_model_file_that_is_none_is_refused_with_a_sentence(
    shop: Bundle, engine: str, content: bytes
) -> None:
    metadata = shop.metadata.model_copy(update={"engine": engine})
    with pytest.raises(ProjectError, match=r"model\..*ake train|load this bundle's model"):
        self_test(Bundle(shop.schema, metadata, content).engine(), shop.schema, metadata)


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
def test_a_hold_out_on_which_nothing_can_be_measured_is_told_at_training(tmp_path: Path) -> None:
    fields = FEATURES.model_dump() | {"task": "regression", "target": "spent", "flags": {}}
    frame = small_cases.customers().drop(columns="bought")
    frame["spent"] = frame["age"] * 1e300  # whose squares are infinite
    mean = DummyRegressor()
    use_case = case(lambda X, y: mean.fit(X, y), frame, Features.model_validate(fields))
    with pytest.raises(ProjectError, match=r"r2, rmse can't be measured.*too large"):
        train(use_case, settings_in(tmp_path), Console(quiet=True))


def test_no_bundle_that_would_be_refused_is_written(shop: Bundle, tmp_path: Path) -> None:
    swapped = shop.schema.model_copy(update={"classes": ["yes", "no"]})
    with pytest.raises(ProjectError, match="classes"):
        write_bundle(tmp_path / "model_bin", shop.model, swapped, shop.metadata)
    assert not (tmp_path / "model_bin").exists()
