"""Any number of the police's records: the real months, or made-up ones, repeated as years.

Each month of a year has the files of one that is there, its column Month changed. Further years are
links to them, so that a hundred million records take the disk of four.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from batcomputer.use_case.outcomes import CAUGHT, NOT_CAUGHT
from batcomputer.use_case.street_files import NAME, StreetFile, find

Table = dict[tuple[str, str, int, str], int]
"""Force, crime, month of the year and verdict -> how many records."""

KEYS = ["force", "crime", "month", "verdict"]
LAST = 2018


def make_year(data: Path, folder: Path) -> int:
    """Write a year's files, made of the months that are in `data`; return their records."""
    months: dict[str, list[StreetFile]] = {}
    for file in find(data):
        months.setdefault(_month(file.name), []).append(file)
    real, records = sorted(months), 0
    for k in range(12):
        month, source = f"{LAST}-{k + 1:02}", real[k % len(real)]
        (folder / month).mkdir(parents=True)
        for file in months[source]:
            text = file.read().replace(f",{source},".encode(), f",{month},".encode())
            (folder / month / _named(file.name, month)).write_bytes(text)
            records += text.count(b"\n") - 1
    return records


def link_years(year: Path, folder: Path, years: int) -> None:
    """Let `folder` have a year's files several times, each time as another year's."""
    for file in sorted(year.rglob("*.csv")):
        for k in range(years):
            month = f"{LAST - k}{_month(file.name)[4:]}"
            (folder / month).mkdir(parents=True, exist_ok=True)
            (folder / month / _named(file.name, month)).symlink_to(file.resolve())


def count_here(cluster: str = "") -> None:
    """Print the counts of the records in data/ as JSON, counted here or by a cluster's workers."""
    from batcomputer.use_case.data_loader import DataLoader
    from model_runtime.cluster import using

    with using(cluster):
        frame: Any = DataLoader().load_data()
    _print(frame[frame["count"] > 0][[*KEYS, "count"]])


def count_by_pandas() -> None:
    """Print the same, counted as one would without a thought of memory: all in one frame."""
    import pandas as pd

    wanted = ["Reported by", "Crime type", "Month", "Last outcome category"]
    files = sorted(Path("data").rglob("*.csv"))
    records: Any = pd.concat([pd.read_csv(file, usecols=wanted) for file in files])
    names = dict.fromkeys(CAUGHT, "caught") | dict.fromkeys(NOT_CAUGHT, "not caught")
    month = records["Month"].str[5:].astype(int)
    columns = [*(records[name] for name in wanted[:2]), month, records[wanted[3]].map(names)]
    keys = pd.DataFrame(dict(zip(KEYS, columns, strict=True)))
    _print(keys.groupby(KEYS).size().reset_index())


def _print(frame: Any) -> None:
    sys.stdout.write(json.dumps(frame.to_numpy().tolist()))


def differences(found: Table, wanted: Table) -> Iterator[str]:
    """Yield a sentence for each count that is another; rows that stand for no record are none."""
    counted, expected = Counter(found), Counter(wanted)
    for key in sorted(counted | expected):
        if counted[key] != expected[key]:
            yield f"{' / '.join(map(str, key))}: {counted[key]:,}, by pandas {expected[key]:,}"


def _month(name: str) -> str:
    match = NAME.search(name)
    if match is None:
        raise ValueError(f"{name} is no street file")
    return str(match[1])


def _named(name: str, month: str) -> str:
    return re.sub(r"^\d{4}-\d{2}", month, name.rsplit("/", 1)[-1])
