"""A month of records, asked of a running Batcomputer: run in its project, by its Python.

Writes the month's features (features.csv), what became of each record (outcomes.csv), and the
service's log with the times of a month (month.log), for it takes no month here.
"""

import argparse
import http.client
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from batcomputer.use_case.data_loader import verdict
from batcomputer.use_case.street_counts import read
from batcomputer.use_case.street_files import find

ROWS = 1_000
"""Records in a request, as many as the service takes."""


def main() -> None:
    """Ask and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path, help="a folder with the month's street files")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True, help="where the service writes")
    parser.add_argument("--to", type=Path, required=True, help="a folder for what is written")
    options = parser.parse_args()
    rows = month(options.records)
    rows.select("record", "force", "crime", "month").write_csv(options.to / "features.csv")
    known = rows.filter(pl.col("verdict").is_in(["caught", "not caught"]))
    known.select("record", "verdict").write_csv(options.to / "outcomes.csv")
    asked, refused = ask(rows, options.port)
    sys.stdout.write(f"{asked:,} records were asked about, {refused:,} refused\n")
    spread(options.log, options.to / "month.log", rows["year_month"][0], rows.height)


def month(folder: Path) -> pl.DataFrame:
    """Return all records, in a random order that is always the same, numbered."""
    records: pl.DataFrame = pl.concat([read(file).rows for file in find(folder)])
    rows = records.sample(fraction=1, shuffle=True, seed=0)
    return rows.select(
        pl.int_range(pl.len()).alias("record"),
        "force",
        "crime",
        pl.col("month").alias("year_month"),
        pl.col("month").str.slice(5).cast(pl.Int64),
        verdict=verdict(),
    )


def ask(rows: pl.DataFrame, port: int) -> tuple[int, int]:
    """Ask about all records and return how many were answered, and how many refused.

    A request is refused whole, so each has only records of one force, which may be unknown.
    """
    service = http.client.HTTPConnection("127.0.0.1", port)
    counts = [0, 0]
    for batch in _batches(rows):
        body = msgspec.json.encode(batch)
        service.request("POST", "/api/predictions", body, {"Content-Type": "application/json"})
        answer = service.getresponse()
        answer.read()
        counts[answer.status != 200] += len(batch)
    return counts[0], counts[1]


def _batches(rows: pl.DataFrame) -> Iterator[list[dict[str, Any]]]:
    for own in rows.select("record", "force", "crime", "month").partition_by("force"):
        for begin in range(0, own.height, ROWS):
            yield own[begin : begin + ROWS].to_dicts()


def spread(log: Path, to: Path, year_month: str, records: int) -> None:
    """Copy a log, its predictions spread over a month by their numbers, whose order is random."""
    begin = datetime.fromisoformat(f"{year_month}-01").replace(tzinfo=UTC)
    days = ((begin + timedelta(days=31)).replace(day=1) - begin).days
    with log.open("rb") as lines, to.open("wb") as file:
        for line in lines:
            event = msgspec.json.decode(line) if line.startswith(b"{") else {}
            if event.get("event") == "prediction":
                day = timedelta(days=int(event["id"]) / records * days)
                event["time"] = (begin + day).isoformat(timespec="milliseconds")
                line = msgspec.json.encode(event) + b"\n"
            file.write(line)


if __name__ == "__main__":
    main()
