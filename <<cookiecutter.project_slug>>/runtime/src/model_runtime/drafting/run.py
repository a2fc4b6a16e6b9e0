"""Drafting of features.yaml, and of what else still is the template's sample."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from ..blanks import BLANKS
from ..counts import counted
from ..errors import ProjectError
from ..features import read_features
from ..files import replacing_file
from ..git import not_kept
from ..project import project
from ..settings import read_settings
from ..tables.form import AskedForm, CsvForm, called, find_form
from ..tables.read import read_head, read_whole, with_none
from ..tasks import TASKS, TaskName
from .column import looks_like_dates
from .draft import Draft, draft_features
from .loader import call, is_drafted, loader_text, tests_text
from .samples import is_sample

TABLES = (".csv", ".tsv", ".txt", ".parquet", ".gz")
"""Suffixes of files that can be drafted from."""


@dataclass(frozen=True)
class Asked:
    """The arguments of `make features`; an empty one was left out."""

    source: str
    target: str = ""
    form: AskedForm = field(default_factory=AskedForm)
    task: str = ""
    force: bool = False


def draft(asked: Asked) -> Iterator[str]:
    """Write features.yaml, and data_loader.py where it is the sample; say what was done.

    Raises:
        ProjectError: The table can't be read or learned from, or a file that would be replaced is
            somebody's work that is not committed; nothing is changed then.
    """
    path, folder = table(asked.source), _use_case()
    features, loader = folder / "features.yaml", folder / "data_loader.py"
    metric = read_settings().registry.metric
    _check_kept(features, asked.force)
    form, found = _drafted(path, asked)
    _write(features, found.text, checked=True)
    yield f"{_here(features)}: {counted(found.features, 'feature')} of {path}"
    yield f"  target     {found.target.name}: {found.target.task}, for it {found.target.why}"
    if not asked.target:
        yield "             (the last column, for none was named: TARGET=column)"
    if not form.plain:
        yield f"  form       {form.told}"
    for name, reason in found.left_out.items():
        yield f"  left out   {name!r}: {reason}"
    yield from _other_files(path, form, loader)
    yield from _task_notes(found.target.task, metric)
    yield "  next       look through features.yaml; make doctor train"


def table(source: str) -> Path:
    """Return the path of a table, as seen from here.

    Raises:
        ProjectError: It is not there, or of another kind.
    """
    if not source:
        raise ProjectError("Say which table to draft from: make features FROM=data/table.csv.")
    path = Path(source)
    if not path.is_file():
        raise ProjectError(f"{source} is not there, or is no file.")
    if path.suffix.lower() not in TABLES:
        raise ProjectError(f"{source}: tables are read that end with {', '.join(TABLES)}.")
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _use_case() -> Path:
    try:
        (folder,) = import_module(project().package).__path__
    except ModuleNotFoundError as error:
        raise ProjectError(
            f"There is no package {project().package} in src/; put its folder back."
        ) from error
    return Path(folder) / "use_case"


def _check_kept(file: Path, force: bool) -> None:
    """Refuse to replace somebody's work that git does not have.

    Raises:
        ProjectError: It does not.
    """
    if force or not file.exists() or is_sample(file, project().package):
        return
    if why := not_kept(file):
        raise ProjectError(
            f"{_here(file)} would be replaced, and {why}. Commit it first, or give it up with "
            "FORCE=1."
        )


def _drafted(path: Path, asked: Asked) -> tuple[CsvForm, Draft]:
    form = table_form(path, asked.form)
    draft = draft_features(
        read_unknown(path, form), str(path), asked.target, present_task(), asked.task
    )
    return form, draft


def read_unknown(path: Path, form: CsvForm) -> pd.DataFrame:
    """Return a table of which nothing is known; None is a label beside labels, as for `read_by`.

    Blanks around the names of CSV are left out, where no two are the same without.
    """
    frame = read_whole(path, form, texts=read_head(path, form))
    names = [str(name) for name in frame if not _has_dates(frame[name])]
    frame = with_none(frame, path, form, names)
    if path.suffix == ".parquet":
        return frame
    bare = Counter(str(name).strip(BLANKS) for name in frame)
    return frame.set_axis(called(frame.columns, {name for name in bare if bare[name] == 1}), axis=1)


def _has_dates(column: "pd.Series[Any]") -> bool:
    texts = column.dropna()
    return all(isinstance(each, str) for each in texts) and looks_like_dates(texts)


def table_form(path: Path, asked: AskedForm) -> CsvForm:
    """Return the form of a table; Parquet's is in the file."""
    return CsvForm() if path.suffix == ".parquet" else find_form(path, asked)


def present_task() -> TaskName | None:
    """Return the task of the present features.yaml, if there is one that can be read."""
    try:
        return read_features().task
    except ProjectError:
        return None  # which is about to be replaced


def _write(file: Path, text: str, checked: bool = False) -> None:
    with replacing_file(file) as part:
        part.write_text(text, "utf-8")
        if checked:
            read_features(part)


def _other_files(path: Path, form: CsvForm, loader: Path) -> Iterator[str]:
    package = project().package
    if not loader.exists() or is_sample(loader, package) or is_drafted(loader.read_text("utf-8")):
        _write(loader, loader_text(path, form))
        yield f"  {_here(loader)} reads {path}"
    else:
        yield f"  {_here(loader)} is yours, and stays. To read the table, let load_data"
        yield f"             return {' '.join(call(path, form).split())}"
        yield "             (from model_runtime import read_table)"
    tests = Path("tests/test_use_case.py")
    if is_sample(tests, package):
        _write(tests, tests_text(package))
        yield f"  {tests} no longer speaks of the sample"


def _task_notes(task: TaskName, metric: str) -> Iterator[str]:
    """Say what else has to be changed where the project was made for the other task."""
    if metric in TASKS[task].metrics:
        return
    learner = "RidgeCV" if task == "regression" else "LogisticRegression"
    yield f"  The project was made for the other task than {task}. Change, too:"
    yield f"             config.yaml: registry.metric: {TASKS[task].primary} (it is {metric})"
    yield f"             use_case/model.py: train_model, to e.g. sklearn.linear_model.{learner}"


def _here(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
