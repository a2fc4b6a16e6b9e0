"""Read a bundle, and refuse one that is not whole or not ours."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..errors import ProjectError, sentences
from ..features import missed
from ..folders import reading
from .engines import Engine, load_engine
from .metadata import SCHEMA_VERSION, TEMPLATE_VERSION, Metadata, digest
from .schema import Schema

AGAIN = "Train again (`make train`) or put a whole bundle in its place."


@dataclass(frozen=True)
class Bundle:
    """A bundle whose files are verified; its model is not yet loaded."""

    schema: Schema
    metadata: Metadata
    model: bytes

    def engine(self, trusted_types: tuple[str, ...] = ()) -> Engine:
        """Load the model; see `load_engine`."""
        return load_engine(self.model, self.metadata, trusted_types)


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle and verify it.

    Raises:
        ProjectError: There is none, a file differs from its hash, the format or the template's
            major version is another, or the metrics miss the bundle's own thresholds; the
            sentence says what to do.
    """
    with reading(folder):
        metadata = _metadata(folder)
        contents = {name: _verified(folder, name, sha) for name, sha in metadata.files.items()}
    if misses := missed(metadata.thresholds, metadata.metrics):
        raise ProjectError(
            f"{folder}: the model misses its own thresholds: {'; '.join(misses)}. Train a better "
            "one (`make train`) or put another bundle in its place."
        )
    model = metadata.model_file
    if lacking := sorted({model, "schema.json"} - set(contents)):
        raise ProjectError(f"{folder}: metadata.json names no {lacking[0]}. {AGAIN}")
    schema = Schema.model_validate_json(contents["schema.json"])
    return Bundle(schema, metadata, contents[model])


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
    try:
        fields = json.loads(file.read_bytes())
    except ValueError as error:
        raise ProjectError(f"{file} is not JSON ({error}). {AGAIN}") from error
    if not isinstance(fields, dict):
        raise ProjectError(f"{file} is no JSON object. {AGAIN}")
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
    try:
        return Metadata.model_validate(fields)
    except ValidationError as error:
        raise ProjectError("\n".join([*sentences(error, str(file)), AGAIN])) from error


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
    if Path(name).name != name or not file.is_file():
        raise ProjectError(f"{file} is missing from the bundle. {AGAIN}")
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ProjectError(
            f"{file} differs from its SHA-256 in metadata.json: it was changed or half copied. "
            f"{AGAIN}"
        )
    return content
