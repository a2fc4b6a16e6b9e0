"""Reading of a table: as it is, or as features.yaml says."""

import logging
import re
import warnings
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from ..blanks import BLANKS
from ..errors import ProjectError
from ..features import Features, read_features
from .form import CsvForm

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

    Labels and texts stay as they are written ("007"). Rows without a target are left out.

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
    frame = read_whole(path, form, n_rows, texts)
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
) -> pd.DataFrame:
    """Return a table with all its columns.

    Args:
        path: See `read_table`.
        form: Of CSV.
        n_rows: See `read_table`.
        texts: The columns of CSV that stay as they are written.

    Raises:
        ProjectError: See `read_table`.
    """
    try:
        with warnings.catch_warnings():
            # Rows that are longer than the header would lose cells with but a warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            if path.suffix == ".parquet":
                frame = pd.read_parquet(path)
                return frame.head(n_rows) if n_rows is not None else frame
            return _read_csv(path, form, n_rows, texts)
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


def _read_csv(
    path: Path, form: CsvForm, n_rows: int | None, texts: Mapping[str, Any] | None
) -> pd.DataFrame:
    def read(rows: int | None, **options: Any) -> pd.DataFrame:
        found: pd.DataFrame = pd.read_csv(
            path,
            sep=form.separator,
            encoding=form.encoding,
            decimal=form.decimal,
            nrows=rows,
            index_col=False,
            low_memory=False,
            **options,
        )
        return found

    if not texts:
        return read(n_rows)
    # By their places: a type by name is given to all columns that are called so.
    names = read(0).columns
    return read(n_rows, dtype={k: texts[name] for k, name in enumerate(names) if name in texts})


def read_head(path: Path, form: CsvForm) -> dict[str, Any]:
    """Return the columns of CSV whose whole numbers begin with zeros: they are codes, and texts."""
    if path.suffix == ".parquet":
        return {}
    head = read_whole(path, form, 0)
    head = read_whole(path, form, _HEAD_ROWS, dict.fromkeys(head.columns, str))
    cells = {name: head[name].dropna() for name in head.columns}
    codes = {
        name for name, each in cells.items() if each.map(lambda c: bool(_CODE.fullmatch(c))).any()
    }
    return dict.fromkeys(codes, str)
