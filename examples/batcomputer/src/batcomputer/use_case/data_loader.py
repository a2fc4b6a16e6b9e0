"""The source of the data."""

import logging
from pathlib import Path

import pandas as pd
import polars as pl
from model_runtime import BaseDataLoader, ProjectError, spread

from .fetch import fetch_months
from .outcomes import CAUGHT, NOT_CAUGHT, UNDECIDED
from .street_counts import Street, added, count_all
from .street_files import StreetFile, find
from .synthetic import make_up

DATA = Path("data")
TOGETHER = 16
"""Files that are counted one after the other, on one of the cores; each takes some 50 MB."""

log = logging.getLogger(__name__)


class DataLoader(BaseDataLoader):
    """Counts the crimes of data/ by force, crime, month of the year and whether caught."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the columns of features.yaml, target and weight included.

        A row stands for all crimes that are alike; at most `n_rows` such rows are returned. A force
        or crime without any outcome has a row that stands for none, so that it may be asked about.
        Logged is what became of every record read: used, or dropped and why.
        """
        files = find(DATA)
        counted = _counted(files)
        judged = counted.rows.with_columns(verdict=verdict())
        _account(files, counted, judged)
        used = judged.filter(pl.col("verdict").is_in(["caught", "not caught"]))
        if used.is_empty():
            raise ProjectError("No record has an outcome; outcomes.py says which are needed.")
        keys = ["force", "crime", "month", "verdict"]
        frame = used.group_by(keys).agg(pl.col("count").sum()).sort(keys)
        frame = pl.concat([frame, *_without_outcome(judged, frame)]).sort(keys)
        frame = frame.head(frame.height if n_rows is None else n_rows)
        loaded = pd.DataFrame(frame.to_dict(as_series=False))
        if any(file.synthetic for file in files):
            loaded.attrs["tags"] = {"data": "synthetic: made up, not recorded by any police"}
        return loaded

    def fetch_data(self, source: str | None, only: list[str]) -> None:
        """Put street files into data/: chosen months of an archive, or made-up ones.

        Args:
            source: An archive's address or path, or "synthetic"; left out, data.police.uk's.
            only: Months as YYYY-MM.
        """
        if source == "synthetic":
            make_up(DATA, only or ["2030-01", "2030-02"])
        else:
            fetch_months(DATA, source, only)


def _counted(files: list[StreetFile]) -> Street:
    groups = [files[k : k + TOGETHER] for k in range(0, len(files), TOGETHER)]
    return added(spread(count_all, groups))


def verdict() -> pl.Expr:
    """Return "caught", "not caught", or why a record is dropped, from crime and outcome."""
    outcome = pl.col("outcome")
    names = dict.fromkeys(CAUGHT, "caught") | dict.fromkeys(NOT_CAUGHT, "not caught")
    names |= {name: f"'{name}': {why}" for name, why in UNDECIDED.items()}
    return (
        pl.when(outcome.is_null() & (pl.col("crime") == "Anti-social behaviour"))
        .then(pl.lit("anti-social behaviour, which has no outcomes"))
        .when(outcome.is_null())
        .then(pl.lit("no outcome published"))
        .otherwise(outcome.replace_strict(names, default="'" + outcome + "' is not in outcomes.py"))
    )


def _without_outcome(judged: pl.DataFrame, used: pl.DataFrame) -> list[pl.DataFrame]:
    """Return a row that stands for no record for each force and crime that has no outcomes."""
    rows = []
    for column in ("force", "crime"):
        unknown = sorted(set(judged[column]) - set(used[column]))
        if unknown:
            log.info(f"No outcomes, so nothing is learned of: {', '.join(unknown)}")
        none = pl.lit(0, dtype=used.schema["count"])
        rows += [
            used.head(1).with_columns(pl.lit(name).alias(column), none.alias("count"))
            for name in unknown
        ]
    return rows


def _account(files: list[StreetFile], counted: Street, judged: pl.DataFrame) -> None:
    """Log what became of every record."""
    for note in counted.notes:
        log.warning(note)
    by_verdict = (
        judged.group_by("verdict").agg(pl.col("count").sum()).sort("count", descending=True)
    )
    reasons = dict(by_verdict.iter_rows())
    if counted.malformed:
        reasons["malformed"] = counted.malformed
    used = {name: reasons.pop(name, 0) for name in ("caught", "not caught")}
    kind = "SYNTHETIC records, made up" if any(file.synthetic for file in files) else "records"
    log.info(f"{counted.read:,} {kind}, in {len(files)} files = {sum(used.values()):,} used")
    for name, rows in used.items():
        log.info(f"    {rows:>11,}  {name}")
    log.info(f"  + {sum(reasons.values()):,} dropped")
    for reason, rows in reasons.items():
        log.info(f"    {rows:>11,}  {reason}")
    if counted.read != sum(used.values()) + sum(reasons.values()):
        raise ProjectError(f"{counted.read:,} records were read, but not all are accounted for.")
