"""Write a bundle: whole or not at all."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..files import replacing
from .agreement import check_agreement
from .metadata import Metadata, digest
from .read import Bundle
from .schema import Schema


def write_bundle(folder: Path, model: bytes, schema: Schema, metadata: Metadata) -> Metadata:
    """Put a bundle in the folder's place; until then the one that is there stays.

    Args:
        folder: Where the bundle belongs, e.g. `model_bin`.
        model: The stored model, for the engine that the metadata names.
        schema: What it is asked and answers.
        metadata: All but the files' hashes and the digest, which are added.

    Returns:
        The metadata as written.

    Raises:
        ProjectError: Its parts contradict each other: no reader would take it.
    """
    with new_bundle(folder, Bundle(schema, metadata, model)) as (written, _):
        return written


@contextmanager
def new_bundle(folder: Path, bundle: Bundle) -> Iterator[tuple[Metadata, Path]]:
    """Yield a bundle's metadata and files, whole, beside the folder whose place they take then.

    Where the block raises, the bundle that is there stays.

    Raises:
        ProjectError: See `write_bundle`.
    """
    schema, metadata = bundle.schema, bundle.metadata
    check_agreement(schema, metadata)
    contents = {
        metadata.model_file: bundle.model,
        "schema.json": _json(schema.model_dump(mode="json")),
        "lookup.json": _json(schema.lookup()),
        "flags.json": _json(schema.flag_columns()),
        "reference.json": bundle.reference,
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    fields = metadata.model_copy(update={"files": hashes}).model_dump(mode="json")
    fields["digest"] = digest(fields)
    contents["metadata.json"] = _json(fields)
    with replacing(folder, "metadata.json") as beside:
        for name, content in contents.items():
            _write(beside / name, content)
        yield Metadata.model_validate_json(contents["metadata.json"]), beside


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
