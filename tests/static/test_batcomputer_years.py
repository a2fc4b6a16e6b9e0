"""The benchmark's years: as many records as they say, counted as pandas counts them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.examples import ROOT

HERE = "from pathlib import Path; from benchmarks.batcomputer_years import *; "
MADE_UP = (
    "from batcomputer.use_case.synthetic import make_up; make_up(Path('two/data'), {months}, 50)"
)
MONTHS = ["2030-01", "2030-02"]


def python(code: str, folder: Path) -> str:
    """Run code in a folder as a project's Python would."""
    paths = [str(ROOT), str(ROOT / "examples" / "batcomputer" / "src")]
    done = subprocess.run(
        [sys.executable, "-c", HERE + code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def counts(text: str) -> dict[tuple[object, ...], int]:
    return {tuple(key): count for *key, count in json.loads(text)}


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months, a year that is made of them, and three years that are made of that."""
    folder = tmp_path_factory.mktemp("years")
    python(MADE_UP.format(months=MONTHS), folder)
    made = "print(make_year(Path('two/data'), Path('one/data'))); "
    said = python(made + "link_years(Path('one/data'), Path('three/data'), 3)", folder)
    assert said == f"{12 * 5 * 50}\n"
    return folder


def test_a_year_has_twelve_months_and_its_counts_are_those_of_pandas(years: Path) -> None:
    found = counts(python("count_here()", years / "one"))
    assert found == counts(python("count_by_pandas()", years / "one"))
    assert {key[2] for key in found} == set(range(1, 13))


def test_three_years_are_three_times_the_year(years: Path) -> None:
    one, three = (counts(python("count_here()", years / name)) for name in ("one", "three"))
    assert three == {key: 3 * count for key, count in one.items()}
    assert three == counts(python("count_here('local:2')", years / "three"))
    assert all(file.is_symlink() for file in (years / "three").rglob("*.csv"))


def test_a_count_that_is_another_is_named(years: Path) -> None:
    code = "print(list(differences({('Kent', 'Drugs', 1, 'caught'): 2}, {})))"
    assert "Kent / Drugs / 1 / caught: 2, by pandas 0" in python(code, years)
