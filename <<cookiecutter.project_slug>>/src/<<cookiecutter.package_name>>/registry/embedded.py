"""The registry in the project's own folder: MLflow's SQLite file, and a folder of artifacts.

MLflow notes absolute paths. A project that was moved or copied takes its registry along, so the
paths are set right when it is opened.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

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


def open_embedded(folder: Path) -> None:
    """Make the folder, or follow it to where it is now."""
    folder.mkdir(parents=True, exist_ok=True)
    mark, now = folder / _MARK, artifacts(folder)
    before = mark.read_text("utf-8") if mark.is_file() else now
    if before != now and (folder / DATABASE).is_file():
        with closing(sqlite3.connect(folder / DATABASE)) as database, database:
            for table, column in _PLACES:
                database.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608
                    f"WHERE substr({column}, 1, ?) = ?",
                    (now, len(before) + 1, len(before), before),
                )
    mark.write_text(now, "utf-8")
