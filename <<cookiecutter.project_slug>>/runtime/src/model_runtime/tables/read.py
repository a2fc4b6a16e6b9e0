"""Reading of a table: as it is, or as features.yaml says."""

import logging
import re
import warnings
from collections.abc import Container, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..blanks import BLANKS
from ..errors import ProjectError
from ..features import Features, read_features
from ..features.missing import NONE, WORDS, words_for_missing
from .form import MARK, CsvForm, called, said_separator
from .found_encoding import opened
from .no_text import demand_table

_TEXTS = {"category", "text"}

_HEAD_ROWS = 1_000
_CODE = re.compile(rf"[{BLANKS}]*0\d+[{BLANKS}]*")

_log = logging.getLogger(__name__)


def read_table(
    path: str | PathLike[str],
    n_rows: int | None = None,
    *,
    encoding: str = "utf-8",
    separator: str = ",",
    decimal: str = ".",
) -> pd.DataFrame:
    """Return the columns of features.yaml that a CSV or Parquet file has, target included.

    Labels, classes and texts stay as they are written ("007"). Rows without a target are left out.
    An empty cell is a missing value, and so are NA, null, None and others of pandas' words: not in
    texts, not where a label of features.yaml is called so, and None not where it may be a label.

    Args:
        path: The file; a name that ends with .parquet is one of Parquet, all others are CSV.
        n_rows: The number of rows that are read; None for all.
        encoding: Of CSV, by Python's name: "latin-1", "cp1252", "utf-16".
        separator: Of CSV.
        decimal: The decimal point of CSV's numbers.

    Raises:
        ProjectError: The file can't be read, or is written in another way.
    """
    return read_by(read_features(), Path(path), CsvForm(encoding, separator, decimal), n_rows)


def read_by(
    features: Features, path: Path, form: CsvForm, n_rows: int | None = None
) -> pd.DataFrame:
    """Return the columns that a features.yaml names; the arguments are those of `read_table`."""
    texts = {each.name: str for each in features.features if each.type in _TEXTS}
    missing = {each.name: words_for_missing(each) for each in features.features}
    missing = {str(name): missing.get(str(name), WORDS) for name in _names(features) if name}
    if features.task == "classification" and path.suffix != ".parquet":
        head = read_whole(path, form, _HEAD_ROWS, {features.target: str}, missing)
        if features.target in head and _has_codes(head[features.target]):
            texts[features.target] = str
    frame = read_whole(path, form, n_rows, texts, missing)
    if features.task == "classification":
        frame = with_none(frame, path, form, [features.target])
    frame = frame[[name for name in frame.columns if name in _names(features)]]
    if features.target not in frame:
        return frame
    known = frame[features.target].notna()
    if known.all():
        return frame
    _log.info("%s: %s rows have no target, and are left out.", path, f"{(~known).sum():,}")
    return frame[known]


def _names(features: Features) -> set[str | None]:
    others = {features.target, features.id, features.weight}
    return {*(each.name for each in features.features), *others}


def read_whole(
    path: Path,
    form: CsvForm,
    n_rows: int | None = None,
    texts: Mapping[str, Any] | None = None,
    missing: Mapping[str, frozenset[str]] | None = None,
) -> pd.DataFrame:
    """Return a table with all its columns.

    Args:
        path: See `read_table`.
        form: Of CSV.
        n_rows: See `read_table`.
        texts: The columns of CSV that stay as they are written.
        missing: The words for a missing value, by column of CSV, whose name has no blanks around
            it then; pandas' where none are given.

    Raises:
        ProjectError: See `read_table`.
    """
    try:
        with warnings.catch_warnings():
            # Rows that are longer than the header would lose cells with but a warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            if path.suffix == ".parquet":
                frame = _with_index(pd.read_parquet(path))
                frame.columns = [str(name) for name in frame.columns]  # as scoring has them
                return frame.head(n_rows) if n_rows is not None else frame
            return _read_csv(path, form, n_rows, texts, missing or {})
    except OSError as error:
        raise ProjectError(f"{path} can't be read ({error.strerror or error}).") from error
    except (LookupError, UnicodeError) as error:
        raise ProjectError(
            f"{path} can't be read as {form.encoding} ({error}); say its encoding."
        ) from error
    except (ValueError, pd.errors.ParserWarning) as error:
        kind = "Parquet" if path.suffix == ".parquet" else f"CSV with '{form.separator}' between"
        raise ProjectError(
            f"{path} can't be read as {kind}: {' '.join(str(error).split())}"
        ) from error


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the columns that pandas had made its index when it wrote Parquet.

    A range is in no column of the file, and a name that stands twice is the first one's.
    """
    names = [] if isinstance(frame.index, pd.RangeIndex) else [*frame.index.names]
    others = {None, *frame.columns}
    levels = [names.index(name) for name in dict.fromkeys(names) if name not in others]
    return (frame.reset_index(levels) if levels else frame).reset_index(drop=True)


def _read_csv(
    path: Path,
    form: CsvForm,
    n_rows: int | None,
    texts: Mapping[str, Any] | None,
    missing: Mapping[str, frozenset[str]],
) -> pd.DataFrame:
    with opened(path) as file:
        first = file.read(MARK)
    demand_table(path, first, form.encoding)
    skipped = 1 if said_separator(first.decode(form.encoding, "replace")) else 0

    def read(rows: int | None, **options: Any) -> pd.DataFrame:
        with opened(path) as file:
            found: pd.DataFrame = pd.read_csv(
                file,
                sep=form.separator,
                encoding=form.encoding,
                decimal=form.decimal,
                nrows=rows,
                index_col=False,
                low_memory=False,
                skiprows=skipped,
                **options,
            )
        return found

    written = read(0).columns
    names = called(written, missing)
    header = read(1, header=None, dtype=str, keep_default_na=False).iloc[0].tolist()
    header = called(header, missing)
    if twice := _twice(header, missing or names):
        raise ProjectError(
            f"{path} can't be read as a table: two columns are named '{twice}'; rename one."
        )
    frame = read(
        n_rows,
        # By their places: a type by name is given to all columns that are called so.
        dtype={k: (texts or {})[name] for k, name in enumerate(names) if name in (texts or {})},
        keep_default_na=False,
        na_values={
            own: ["", *missing.get(name, WORDS)] for own, name in zip(written, names, strict=True)
        },
    )
    return frame.set_axis(names, axis=1)


def _twice(header: list[str], used: Container[str]) -> str | None:
    return next((name for name in header if name in used and header.count(name) > 1), None)


def with_none(frame: pd.DataFrame, path: Path, form: CsvForm, names: Iterable[str]) -> pd.DataFrame:
    """Return a table of CSV in which None is a label of some columns.

    Of those whose other values are texts: in a column of numbers it stands for a missing one.
    """
    if path.suffix == ".parquet":
        return frame
    labels = [name for name in names if name in frame and _has_gaps_in_texts(frame[name])]
    if not labels:
        return frame
    words = dict.fromkeys(labels, WORDS - {NONE})
    again = read_whole(path, form, len(frame), dict.fromkeys(labels, str), words)
    return frame.assign(**{name: again[name] for name in labels})


def _has_gaps_in_texts(column: "pd.Series[Any]") -> bool:
    values = column.dropna()
    return 0 < len(values) < len(column) and all(isinstance(each, str) for each in values)


def read_head(path: Path, form: CsvForm) -> dict[str, Any]:
    """Return the columns of CSV whose whole numbers begin with zeros: they are codes, and texts."""
    if path.suffix == ".parquet":
        return {}
    head = read_whole(path, form, 0)
    head = read_whole(path, form, _HEAD_ROWS, dict.fromkeys(head.columns, str))
    return {name: str for name in head.columns if _has_codes(head[name])}


def _has_codes(cells: "pd.Series[Any]") -> bool:
    """Tell whether one of a column's texts is a whole number that begins with a zero."""
    return any(map(_CODE.fullmatch, cells.dropna()))
