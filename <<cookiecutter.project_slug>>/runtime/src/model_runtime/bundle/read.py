"""Read a bundle, and refuse one that is not whole or not ours."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from ..errors import ProjectError
from ..features import missed
from ..files import reading
from .agreement import check_agreement
from .engines import Engine, load_engine
from .metadata import SCHEMA_VERSION, TEMPLATE_VERSION, Metadata, digest
from .parts import AGAIN, MOST_BYTES, fit, parse, read_part
from .schema import Schema

NO_REFERENCE = b"{}\n"
"""The content of reference.json where nothing was counted, as in a rehearsal."""


@dataclass(frozen=True)
class Bundle:
    """A bundle whose files are verified; neither its model nor its reference is loaded yet."""

    schema: Schema
    metadata: Metadata
    model: bytes
    reference: bytes = NO_REFERENCE

    def engine(self, trusted_types: tuple[str, ...] = ()) -> Engine:
        """Load the model; see `load_engine`."""
        return load_engine(self.model, self.metadata, trusted_types)


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle and verify it.

    Raises:
        ProjectError: There is none, a file differs from its hash, the format or the template's
            major version is another, its parts contradict each other, or the metrics miss the
            bundle's own thresholds; the sentence says what to do.
    """
    with reading(folder):
        metadata = _metadata(folder)
        contents = {name: _verified(folder, name, sha) for name, sha in metadata.files.items()}
    if misses := missed(metadata.thresholds, metadata.metrics):
        raise ProjectError(
            f"{folder}: the model misses its own thresholds: {'; '.join(misses)}. Train a better "
            "one (`make train`) or put another bundle in its place."
        )
    schema, model = _schema(folder, metadata, contents), contents[metadata.model_file]
    return Bundle(schema, metadata, model, contents["reference.json"])


def current_version(folder: Path) -> int:
    """Return the version of the bundle in the folder; 0 where there is none to be read."""
    try:
        with reading(folder):
            return _metadata(folder).version
    except ProjectError:
        return 0


def _metadata(folder: Path) -> Metadata:
    file = folder / "metadata.json"
    if not file.is_file():
        raise ProjectError(f"There is no bundle in {folder}: train one (`make train`).")
    fields = parse(read_part(file, MOST_BYTES), file)
    found = fields.get("schema_version")
    if found != SCHEMA_VERSION:
        raise ProjectError(
            f"{file}: schema_version is {found!r} and this service reads {SCHEMA_VERSION}. "
            "Train again with this project (`make train`), or serve the bundle with the version "
            "of the project that made it."
        )
    _check_template(file, fields.get("template"))
    if fields.get("digest") != digest(fields):
        raise ProjectError(f"{file} differs from its own digest: it was changed. {AGAIN}")
    metadata = fit(Metadata, fields, file)
    if set(metadata.files) != metadata.all_files:
        raise ProjectError(
            f"{file}: files names {', '.join(sorted(metadata.files)) or 'none'}; a bundle of the "
            f"engine {metadata.engine} has {', '.join(sorted(metadata.all_files))}. {AGAIN}"
        )
    return metadata


def _schema(folder: Path, metadata: Metadata, contents: dict[str, bytes]) -> Schema:
    """Return schema.json, with which the other parts agree."""
    parts = {
        name: parse(contents[name], folder / name)
        for name in ("schema.json", "lookup.json", "flags.json")
    }
    schema = fit(Schema, parts["schema.json"], folder / "schema.json")
    for name, made in (("lookup.json", schema.lookup()), ("flags.json", schema.flag_columns())):
        # As texts, for the order of keys counts and true is not 1.
        if json.dumps(parts[name]) != json.dumps(made):
            raise ProjectError(
                f"{folder / name} says something else than schema.json does. {AGAIN}"
            )
    try:
        check_agreement(schema, metadata)
    except ProjectError as error:
        raise ProjectError(f"{folder}: {error}. {AGAIN}") from error
    return schema


def _check_template(file: Path, made_by: object) -> None:
    major = str(made_by).split(".")[0]
    if isinstance(made_by, str) and major != TEMPLATE_VERSION.split(".")[0]:
        raise ProjectError(
            f"{file}: this bundle was made by version {made_by} of the template, and this project "
            f"is of version {TEMPLATE_VERSION}: another major version. Train again with this "
            f"project (`make train`), or serve the bundle with a project of version {major}."
        )


def _verified(folder: Path, name: str, sha256: str) -> bytes:
    file = folder / name
    if not file.is_file():
        raise ProjectError(f"{file} is missing from the bundle. {AGAIN}")
    content = read_part(file, MOST_BYTES if file.suffix == ".json" else None)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ProjectError(
            f"{file} differs from its SHA-256 in metadata.json: it was changed or half copied. "
            f"{AGAIN}"
        )
    return content
