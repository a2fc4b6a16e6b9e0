"""The registry in the project's own folder: MLflow's SQLite file, and a folder of artifacts.

MLflow notes absolute paths. A project that was moved or copied takes its registry along, so the
paths are set right when it is opened. And MLflow makes its tables step by step, so the file is made
beside and renamed, by one process at a time.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from ..files import locked, replacing_file

DATABASE = "mlflow.db"
_PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
_MARK = "artifacts.uri"


def artifacts(folder: Path) -> str:
    """Return the address of the artifacts of the registry in a folder."""
    return (folder / "artifacts").as_uri()


def address(database: Path) -> str:
    """Return a SQLite file's address, as MLflow takes it."""
    return f"sqlite:///{database}"


def open_embedded(folder: Path, make_tables: Callable[[str], object]) -> None:
    """Make the registry, or follow it to where it is now.

    Args:
        folder: Where it belongs.
        make_tables: Makes MLflow's tables in the empty database at an address.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock"):
        if not (folder / DATABASE).is_file():
            with replacing_file(folder / DATABASE) as new:
                make_tables(address(new))
        _follow(folder)


def _follow(folder: Path) -> None:
    mark, now = folder / _MARK, artifacts(folder)
    before = mark.read_text("utf-8") if mark.is_file() else now
    if before != now:
        with closing(sqlite3.connect(folder / DATABASE)) as database, database:
            for table, column in _PLACES:
                database.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608
                    f"WHERE substr({column}, 1, ?) = ?",
                    (now, len(before) + 1, len(before), before),
                )
    if not mark.is_file() or before != now:
        with replacing_file(mark) as new:
            new.write_text(now, "utf-8")
