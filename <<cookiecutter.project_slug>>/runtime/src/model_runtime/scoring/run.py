"""Score a file: read, check, answer, write, block by block."""

import io
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ..bundle.engines import Engine
from ..bundle.metadata import Metadata
from ..bundle.read import Bundle
from ..bundle.self_test import self_test
from ..counts import counted
from ..errors import ProjectError
from ..files import part_of
from ..tables.form import AskedForm, CsvForm
from .explain import short
from .inputs import Input
from .open_input import open_input
from .predict import BlockPredictor
from .stream import INPUTS, Counts, score_stream
from .write import OUTPUTS, OutputColumns


@dataclass(frozen=True)
class Report(Counts):
    """The counts of a run, where its rejects are, and the form of CSV that was read."""

    rejects: Path
    form: CsvForm | None = None

    def lines(self, source: str, target: str, metadata: Metadata) -> list[str]:
        """Return the report as a person reads it."""
        by = f"{metadata.name}, version {metadata.version}"
        found = [
            f"read       {self.read:,} from {source}",
            f"scored     {self.scored:,} to {target}, by {by}",
            f"rejected   {self.rejected:,}" + (f", see {self.rejects}" if self.rejected else ""),
        ]
        if self.form and not self.form.plain:
            found.insert(1, f"form       {self.form.told}")
        if self.ignored:
            names = ", ".join(map(short, self.ignored[:50]))
            found.append(f"ignored    what the model does not know: {names}")
        return found


def score(
    bundle: Bundle,
    source: Path,
    target: Path,
    console: Console,
    trusted_types: tuple[str, ...] = (),
    form: AskedForm | None = None,
) -> Report:
    """Score each record of a file that the API would accept, and say why others are rejected.

    The memory that this takes does not depend on the file's size. Until the end, the target is
    what it was; so it is if the run fails or is interrupted.

    Args:
        bundle: Whose model answers.
        source: CSV, Parquet or JSON lines, by its suffix.
        target: Likewise; rejects go to `<stem>.rejects.csv` beside it, if there are any.
        console: Where the progress is shown, if it is a terminal.
        trusted_types: `training.trusted_types` of config.yaml.
        form: The parts of CSV's form that are said; the others are found.

    Raises:
        ProjectError: A file can't be read or written, lacks what the model needs or would be
            overwritten, no record fits, or the bundle's self-test fails.
    """
    rejects = target.with_name(f"{target.stem}.rejects.csv")
    _check_paths(source, target, rejects)
    columns = OutputColumns(bundle)
    engine = bundle.engine(trusted_types)
    self_test(engine, bundle.schema, bundle.metadata)
    suffix, form = source.suffix.lower(), form or AskedForm()
    with (
        opened(source) as content,
        open_input(source, suffix, content, bundle.schema, form) as records,
    ):
        try:
            return _run(records, engine, columns, target, rejects, console)
        except OSError as error:
            reason = error.strerror or error
            raise ProjectError(
                f"Scoring {source} to {target} failed ({reason}); what was there is unchanged."
            ) from error


def opened(source: Path) -> io.BufferedReader:
    """Open an input.

    Raises:
        ProjectError: It can't be read.
    """
    try:
        return source.open("rb")
    except OSError as error:
        raise ProjectError(f"{source} can't be read ({error.strerror}).") from error


def check_format(path: Path, use: str, known: Iterable[str] = INPUTS) -> None:
    """See that a file's suffix says its format, one of the known ones.

    Raises:
        ProjectError: It says none that is known.
    """
    if path.suffix.lower() not in known:
        raise ProjectError(
            f"{use} is '{path}'; its name has to end with one of {', '.join(known)}."
        )


def _check_paths(source: Path, target: Path, rejects: Path) -> None:
    check_format(source, "INPUT")
    check_format(target, "OUTPUT", OUTPUTS)
    for path, use in ((target, "OUTPUT"), (rejects, "The file of rejects")):
        if path.is_dir():
            raise ProjectError(f"{use}, {path}, is a folder; name a file.")
        if source.exists() and path.exists() and path.samefile(source):
            raise ProjectError(f"{use}, {path}, is the input itself; choose another OUTPUT.")
    if not source.is_file():
        raise ProjectError(f"{source} is not here, or no file.")


def _run(
    records: Input,
    engine: Engine,
    columns: OutputColumns,
    target: Path,
    rejects: Path,
    console: Console,
) -> Report:
    with ExitStack() as stack:
        part, rejects_part = (stack.enter_context(part_of(path)) for path in (target, rejects))
        pool = ThreadPoolExecutor(cores())
        stack.callback(pool.shutdown, cancel_futures=True)
        predictor = BlockPredictor(engine, columns.schema, pool)
        progress = stack.enter_context(_progress(console))
        task = progress.add_task(Path(str(records.path)).name, total=records.total or None, rows=0)

        def tell(at: Input) -> None:
            progress.update(task, completed=at.done, rows=f"{at.read:,}")

        output = part.file, target.suffix.lower()
        counts = score_stream(records, predictor, columns, output, rejects_part.file, tell)
        rejects_part.finish()
        part.finish()
        if counts.rejected and not counts.scored:
            rejects_part.replace()
            raise ProjectError(
                f"None of the {counted(counts.read, 'record')} of {records.path} fits the model; "
                f"{rejects} says why. {target} is as it was."
            )
        if counts.rejected:
            rejects_part.replace()
        else:
            rejects_part.remove_target()
        part.replace()
    return Report(**vars(counts), rejects=rejects, form=records.form)


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
