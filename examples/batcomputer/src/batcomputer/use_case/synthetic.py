"""Made-up records in the layout of data.police.uk, to try everything without the data.

Forces and files are named synthetic, and whatever learns from them says so.
"""

from pathlib import Path

import numpy as np
import polars as pl

from .outcomes import CAUGHT, NOT_CAUGHT

FORCES = [f"Synthetic Force {name}" for name in ("North", "East", "South", "West", "Centre")]
CRIMES = {
    "Anti-social behaviour": None,
    "Bicycle theft": 0.02,
    "Burglary": 0.05,
    "Drugs": 0.6,
    "Shoplifting": 0.3,
    "Vehicle crime": 0.03,
    "Violence and sexual offences": 0.15,
}
"""Kind of crime -> chance to be caught before force and month; none: has no outcomes."""


def make_up(folder: Path, months: list[str], rows: int = 2_000) -> None:
    """Write a file for each month and force.

    Args:
        folder: Where the months' folders go.
        months: As YYYY-MM; a month's files are the same whenever they are made.
        rows: In each file.
    """
    for month in months:
        (folder / month).mkdir(parents=True, exist_ok=True)
        for k, force in enumerate(FORCES):
            slug = force.lower().replace(" ", "-")
            seed = [int(part) for part in month.split("-")] + [k]
            records = _records(force, month, rows, np.random.default_rng(seed))
            records.write_csv(folder / month / f"{month}-{slug}-street.csv")


def _records(force: str, month: str, rows: int, random: np.random.Generator) -> pl.DataFrame:
    names = np.array(list(CRIMES))
    crimes = random.choice(names, rows)
    chance = np.array([np.nan if base is None else base for base in CRIMES.values()])
    shift = 0.5 + FORCES.index(force) / len(FORCES) + int(month[5:]) / 24
    caught = random.random(rows) < (chance[np.searchsorted(names, crimes)] * shift).clip(0, 0.95)
    outcomes = np.where(
        caught, random.choice(list(CAUGHT), rows), random.choice(list(NOT_CAUGHT), rows)
    )
    open_cases = (crimes == "Anti-social behaviour") | (random.random(rows) < 0.05)
    columns = {
        "Crime ID": [f"{value:064x}" for value in random.integers(0, 2**63, rows)],
        "Month": month,
        "Reported by": force,
        "Falls within": force,
        "Longitude": random.uniform(-5, 1, rows).round(6),
        "Latitude": random.uniform(50, 55, rows).round(6),
        "Location": "On or near Nowhere in Particular Street",
        "LSOA code": "E00000000",
        "LSOA name": "Synthetic 001A",
        "Crime type": crimes,
        "Last outcome category": outcomes,
        "Context": "",
    }
    open_case = pl.when(~pl.Series(open_cases)).then(pl.col("Last outcome category"))
    return pl.DataFrame(columns).with_columns(open_case)
