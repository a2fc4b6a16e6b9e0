"""A bundle is whole and ours, or it is refused with a sentence that says what to do."""

import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from model_runtime.bundle.metadata import TEMPLATE_VERSION, digest
from model_runtime.bundle.read import Bundle, current_version, read_bundle
from model_runtime.bundle.self_test import self_test
from model_runtime.bundle.write import write_bundle
from model_runtime.errors import ProjectError
from model_runtime.testing.service import PATIENCE
from model_runtime.training.use_case import UseCase

from ..support.listing import names

TASKS = ("classification", "regression")
OTHERS = {"flags.json", "lookup.json", "reference.json", "schema.json"}


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    """A bundle that a test may spoil."""
    return Path(shutil.copytree(trained / "model_bin", tmp_path / "model_bin"))


def edit(folder: Path, sealed: bool = True, **changes: Any) -> None:
    """Change fields of metadata.json; sealed, its digest is made to fit."""
    file = folder / "metadata.json"
    fields = json.loads(file.read_text()) | changes
    if sealed:
        fields["digest"] = digest(fields)
    file.write_text(json.dumps(fields))


def test_lookup_and_flags_are_what_the_contract_says(trained: Path, bundle: Bundle) -> None:
    lookup = json.loads((trained / "model_bin" / "lookup.json").read_text())
    assert list(lookup) == [feature.name for feature in bundle.schema.features]
    for feature in bundle.schema.features:
        labels = feature.labels
        expected = 0 if labels is None else {label: k for k, label in enumerate(labels)}
        assert lookup[feature.name] == expected
    flags = json.loads((trained / "model_bin" / "flags.json").read_text())
    assert flags == {flag: k for k, flag in enumerate(bundle.schema.flags)}


def test_one_flipped_byte_in_any_file_is_found(copy: Path) -> None:
    for file in sorted(copy.iterdir()):
        whole = file.read_bytes()
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        with pytest.raises(ProjectError, match="make train") as refusal:
            read_bundle(copy)
        assert file.name in str(refusal.value)
        file.write_bytes(whole)
    read_bundle(copy)


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "lookup.json").unlink()
    with pytest.raises(ProjectError, match=r"lookup\.json is missing.*make train"):
        read_bundle(copy)


def test_no_bundle_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"train one .`make train`"):
        read_bundle(tmp_path / "model_bin")


def test_an_unknown_schema_version_is_refused(copy: Path) -> None:
    edit(copy, schema_version=99)
    with pytest.raises(ProjectError, match="schema_version is 99 and this service reads 1"):
        read_bundle(copy)


def test_a_changed_metric_is_found(copy: Path) -> None:
    edit(copy, sealed=False, metrics={"accuracy": 1.0})
    with pytest.raises(ProjectError, match="differs from its own digest"):
        read_bundle(copy)


def test_a_file_outside_of_the_bundle_is_not_read(copy: Path) -> None:
    outside = copy.parent / "outside"
    outside.write_text("x")
    edit(copy, files={"../outside": "0" * 64})
    with pytest.raises(ProjectError, match=r"files names \.\./outside; a bundle .* has"):
        read_bundle(copy)


def test_another_answer_than_at_training_fails_the_self_test(
    bundle: Bundle, trusted: tuple[str, ...]
) -> None:
    outputs = [value + 1 for value in bundle.metadata.self_test.outputs]
    test = bundle.metadata.self_test.model_copy(update={"outputs": outputs})
    metadata = bundle.metadata.model_copy(update={"self_test": test})
    with pytest.raises(ProjectError, match="self-test answers"):
        self_test(bundle.engine(trusted), bundle.schema, metadata)


def test_writing_replaces_the_whole_folder(bundle: Bundle, copy: Path) -> None:
    (copy / "stray").write_text("x")
    metadata = bundle.metadata.model_copy(update={"version": 7})
    write_bundle(copy, bundle.model, bundle.schema, metadata)
    assert current_version(copy) == 7
    assert sorted(file.name for file in copy.iterdir()) == sorted(
        [bundle.metadata.model_file, "metadata.json", *sorted(OTHERS)]
    )


def test_a_write_that_fails_leaves_the_bundle_and_nothing_else(
    bundle: Bundle, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(ProjectError, match="disk full"):
        write_bundle(copy, bundle.model, bundle.schema, bundle.metadata)
    assert read_bundle(copy).metadata == bundle.metadata
    assert names(copy.parent) == [".model_bin.lock", "model_bin"]


def test_no_reader_fails_while_a_writer_replaces_the_bundle(bundle: Bundle, copy: Path) -> None:
    last, end = 50, time.monotonic() + PATIENCE

    def read() -> set[int]:
        seen = set()
        while last not in seen and time.monotonic() < end:
            seen.add(read_bundle(copy).metadata.version)
            time.sleep(0.001)  # for the writer to have a turn
        return seen

    with ThreadPoolExecutor() as threads:
        readers = [threads.submit(read) for _ in range(3)]
        for version in range(2, last + 1):
            metadata = bundle.metadata.model_copy(update={"version": version})
            write_bundle(copy, bundle.model, bundle.schema, metadata)
        for reader in readers:
            assert len(reader.result(timeout=PATIENCE)) > 2
    assert names(copy.parent) == [".model_bin.lock", "model_bin"]


@pytest.mark.parametrize("template", ["99.1.0", "1000000.0.0"])
def test_a_bundle_of_another_major_version_of_the_template_is_refused(
    copy: Path, template: str
) -> None:
    edit(copy, template=template)
    with pytest.raises(ProjectError, match=r"another major version.*make train") as refusal:
        read_bundle(copy)
    assert template in str(refusal.value)
    assert TEMPLATE_VERSION in str(refusal.value)


def test_a_bundle_of_another_minor_version_of_the_template_is_read(copy: Path) -> None:
    edit(copy, template=f"{TEMPLATE_VERSION.split('.')[0]}.999.0")
    read_bundle(copy)


def test_metrics_that_miss_the_bundles_own_thresholds_are_refused(
    copy: Path, bundle: Bundle
) -> None:
    name, value = next(iter(bundle.metadata.metrics.items()))
    edit(copy, thresholds={name: f"> {value + 1}"})
    with pytest.raises(ProjectError, match=f"misses its own thresholds: {name} is .*make train"):
        read_bundle(copy)
    edit(copy, thresholds={"charm": "> 0"})
    with pytest.raises(ProjectError, match="charm is not measured"):
        read_bundle(copy)


def test_a_bundle_keeps_the_thresholds_that_it_was_trained_to(
    bundle: Bundle, use_case: UseCase
) -> None:
    assert bundle.metadata.thresholds == use_case.features.thresholds
