"""The bundle in a process that scores: sent once, verified there, and loaded."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...bundle.read import Bundle, read_bundle
from ...bundle.self_test import self_test
from ...errors import ProjectError
from ...files import reading
from ...tables.form import AskedForm
from ..predict import BlockPredictor
from ..write import OutputColumns

NAME = "scoring"
"""Of what each process has prepared."""


@dataclass(frozen=True)
class Scorer:
    """The things that a process scores pieces with."""

    bundle: Bundle
    predictor: BlockPredictor
    columns: OutputColumns
    form: AskedForm


@dataclass(frozen=True)
class Sent:
    """A bundle's files on the way to a process, which calls it once.

    `threads` is the number of rows' blocks that are asked about at once there.
    """

    uuid: str
    files: dict[str, bytes]
    trusted_types: tuple[str, ...]
    threads: int
    form: AskedForm

    @property
    def made_by(self) -> dict[str, Any]:
        """Whatever decides on a piece's answers, beside the piece."""
        return made_by(self.uuid, self.form)

    def __call__(self) -> Scorer:
        """Verify the bundle and load its engine.

        Raises:
            ProjectError: It is not whole, can't be loaded here, or fails its self-test.
        """
        with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
            for name, content in self.files.items():
                (Path(folder) / name).write_bytes(content)
            bundle = read_bundle(Path(folder))
        engine = bundle.engine(self.trusted_types)
        try:
            self_test(engine, bundle.schema, bundle.metadata)
        except ProjectError as error:
            raise ProjectError(str(error)) from None  # of a kind that travels
        pool = ThreadPoolExecutor(self.threads)
        predictor = BlockPredictor(engine, bundle.schema, pool)
        return Scorer(bundle, predictor, OutputColumns(bundle), self.form)


def made_by(model: str, form: AskedForm) -> dict[str, Any]:
    """Return what a piece's record says of the model, by its UUID, and of the form that is said."""
    return {"model": model, "form": form.said}


def pack(
    folder: Path, trusted_types: tuple[str, ...], threads: int, form: AskedForm
) -> tuple[Bundle, Sent]:
    """Read a bundle, and its files as they are.

    Raises:
        ProjectError: See `read_bundle`.
    """
    with reading(folder):
        bundle = read_bundle(folder)
        names = ("metadata.json", *bundle.metadata.files)
        files = {name: (folder / name).read_bytes() for name in names}
    OutputColumns(bundle)
    return bundle, Sent(str(bundle.metadata.uuid), files, trusted_types, threads, form)
