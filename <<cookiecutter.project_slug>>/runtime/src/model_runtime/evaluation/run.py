"""Measure a bundle on a file of labelled rows, or on what the use case loads."""

import hashlib
import tempfile
from pathlib import Path

from rich.console import Console

from ..bundle.engines import Engine
from ..bundle.read import Bundle
from ..bundle.schema import Schema
from ..bundle.self_test import self_test
from ..counts import counted
from ..errors import ProjectError
from ..files import replacing
from ..progress import Progress, advance
from ..scoring.open_input import open_input
from ..scoring.run import check_format, opened
from ..settings import Settings
from ..tables.form import AskedForm
from ..training.use_case import UseCase
from .answered import answer
from .labelled import Labelled, labelled
from .measure import measure
from .published import write_loaded
from .report import MARK, Evaluation, reports_folder, write_rejects, write_report


def evaluate(
    use_case: UseCase,
    bundle: Bundle,
    settings: Settings,
    console: Console,
    source: Path | None = None,
    form: AskedForm | None = None,
) -> Evaluation:
    """Measure a bundle as it is served, and write the report.

    Args:
        use_case: For the target, its encoding, the weight and the thresholds.
        bundle: Whose engine answers.
        settings: Where the reports are.
        console: For progress.
        source: CSV, Parquet or JSON lines, by its suffix; left out, what `load_data` returns.
        form: The parts of CSV's form that are said; the others are found.

    Raises:
        ProjectError: The file can't be read or lacks a column, no row can be measured, the bundle
            is another use case's, or its self-test fails.
    """
    _check_alike(use_case, bundle)
    schema, features = bundle.schema, use_case.features
    folder, progress = reports_folder(settings), Progress(console)
    with tempfile.TemporaryDirectory() as beside:
        with progress.step("load") as step:
            engine = bundle.engine(settings.training.trusted_types)
            self_test(engine, schema, bundle.metadata)
            if source is None:
                file = Path(beside) / "rows.parquet"
                rows, sha256 = write_loaded(file, use_case, settings, bundle.metadata)
            else:
                check_format(source, "INPUT")
                file, rows, sha256 = source, str(source), _sha256(source)
            step.found = f"{rows}, SHA-256 {sha256[:12]}…"
        with progress.step("answer") as step:
            read, found = known(use_case, schema, engine, file, rows, form if source else None)
            step.found = f"{len(found.truth):,} of {counted(read, 'row')} can be measured"
    with progress.step("report") as step, replacing(folder, MARK) as new:
        write_rejects(new, found.rejects)
        if len(found.truth):
            measured = measure(schema, found.truth, found.outputs, found.weight)
            evaluation = Evaluation(bundle, features, measured, found, rows, sha256, read, folder)
            write_report(new, evaluation, settings.training.seed)
        step.found = str(folder)
    if not len(found.truth):
        reasons = "; ".join(f"{count:,}: {reason}" for reason, count in found.reasons()[:3])
        raise ProjectError(
            f"None of the {counted(read, 'row')} of {rows} can be measured"
            f"{f' ({reasons}); {folder}/{MARK} names each' if reasons else ''}."
        )
    return evaluation


def known(
    use_case: UseCase,
    schema: Schema,
    engine: Engine,
    file: Path,
    rows: str,
    form: AskedForm | None = None,
) -> tuple[int, Labelled]:
    """Ask an engine about a file's rows; return how many there are, and those of known target.

    Args:
        use_case: For the target, its encoding and the weight.
        schema: The bundle's.
        engine: The bundle's.
        file: CSV, Parquet or JSON lines.
        rows: Said of the rows in an error.
        form: The parts of CSV's form that are said; the others are found.

    Raises:
        ProjectError: The file can't be read, or has no column for the target.
    """
    features = use_case.features
    kept = (features.target, *filter(None, [features.weight]))
    suffix, asked = file.suffix.lower(), form or AskedForm()
    with opened(file) as raw, open_input(file, suffix, raw, schema, asked, kept) as records:
        if records.names is not None and features.target not in records.names:
            raise ProjectError(
                f"{rows}: there is no column '{features.target}', the target of features.yaml, "
                f"to measure against. The columns are: {', '.join(records.names[:50])}."
            )
        answered = answer(records, engine, schema, lambda n, of: advance(n, of, "read"))
        return records.read, labelled(use_case, schema, *answered, records.form is not None)


def _check_alike(use_case: UseCase, bundle: Bundle) -> None:
    for what in ("task", "target"):
        mine, other = getattr(use_case.features, what), getattr(bundle.schema, what)
        if mine != other:
            raise ProjectError(
                f"The bundle's {what} is '{other}', and features.yaml says '{mine}': train anew "
                "(`make train`), or fetch a version that fits."
            )


def _sha256(file: Path) -> str:
    with opened(file) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
