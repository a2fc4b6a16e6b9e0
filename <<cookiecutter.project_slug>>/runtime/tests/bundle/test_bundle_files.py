"""A bundle's files: what is no JSON, no model, a link or one too many."""

import os
from pathlib import Path

import pytest

from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.bundle.self_test import self_test
from model_runtime.bundle.write import write_bundle
from model_runtime.errors import ProjectError

from ..support.sealed_parts import PARTS, part, put, seal


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
