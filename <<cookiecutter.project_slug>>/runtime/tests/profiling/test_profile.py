"""The page that shows the data before training."""

import re
import time
from contextlib import suppress
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from model_runtime.drafting.target import draft_target
from model_runtime.errors import ProjectError
from model_runtime.profiling.findings import findings
from model_runtime.profiling.page import page
from model_runtime.profiling.predicting import predicted
from model_runtime.profiling.profile import MOST_CELLS, About, Profile, profile
from model_runtime.profiling.run import profile_own, profile_table, write_profile
from model_runtime.profiling.telling import told
from model_runtime.settings import Paths, read_settings
from model_runtime.tables.form import AskedForm
from model_runtime.training.hooks import own_use_case

from ..drafting.test_any_table import COLUMNS, beside, tables
from ..support.small_cases import customers


class Elements(HTMLParser):
    """Elements of a page, with their attributes, and those that are left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def looked_at(frame: pd.DataFrame, target: str = "y", task: str = "classification") -> Profile:
    return profile(frame, About("table.csv", target, task))  # type: ignore[arg-type]


def rows(n: int = 1000) -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame({"x": random.normal(size=n), "y": random.choice(["a", "b"], n)})


def sound(found: Profile) -> Elements:
    """Check that a page needs no other file, is whole, and names each picture."""
    text = page(found)
    assert not re.search(r"@import|url\(", text)
    elements = Elements(text)
    assert not [each for each in elements.found if {"src", "href"} & {*each[1]}]
    assert not elements.open
    levels = [int(tag[1]) for tag, _ in elements.found if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert max(b - a for a, b in pairwise(levels)) <= 1
    for tag, attributes in elements.found:
        assert tag != "svg" or (attributes["role"] == "img" and attributes["aria-label"])
    return elements


def test_the_projects_own_data_are_shown(tmp_path: Path) -> None:
    reports = Paths(reports=tmp_path / "reports")
    own = read_settings().model_copy(update={"paths": reports})
    written = write_profile(profile_own(own_use_case(), own), own)
    assert written == tmp_path / "reports-profile" / "profile.html"
    text = written.read_text("utf-8")
    for said in ("Größe", "A classification, of 2 classes.", "Category, missing in", "600"):
        assert said in text
    assert write_profile(profile_own(own_use_case(), own), own) == written


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("age,bought\n", "utf-8")
    with pytest.raises(ProjectError, match="has no rows"):
        profile_table(str(tmp_path / "table.csv"), "", AskedForm(), 0)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(table=tables(), odd=st.booleans())
def test_any_table_is_shown(
    table: list[list[str]], odd: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = [f"{k}{name}" for k, name in enumerate(table[0])]
    frame = pd.DataFrame(table[1:], columns=names)
    for name in names if odd else []:
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
    if len(frame) and frame[names[-1]].notna().any():
        sound(looked_at(frame, names[-1]))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_any_type_is_shown(name: str) -> None:
    frame = beside(COLUMNS[name])
    sound(looked_at(frame))
    with suppress(ProjectError):  # as it is no target
        sound(looked_at(frame, "column", draft_target("column", frame["column"], None, "").task))


@pytest.mark.parametrize("rows_of_each", [1, 2, 3])
@pytest.mark.parametrize("classes", [True, False])
def test_rows_may_be_too_few_for_a_tree(rows_of_each: int, classes: bool) -> None:
    y = pd.Series(np.repeat(np.arange(30), rows_of_each))
    assert 0 <= told(y + 0.5, y.map(str) if classes else y, classes) <= 1
    few = y.head(rows_of_each)
    assert predicted(few, few, classes) == 0


def test_a_hostile_name_is_text() -> None:
    frame = rows().rename(columns={"x": "<script>alert(1)</script>"})
    frame["label"] = '"><img src=x onerror=alert(1)>'
    frame.loc[:400, "label"] = "b"
    elements = sound(looked_at(frame))
    assert not {"script", "img"} & {tag for tag, _ in elements.found}


def faulty() -> pd.DataFrame:
    frame = rows()
    frame["y"] = np.where(np.arange(1000) < 20, "rare", frame["y"])
    frame["gone"] = frame["x"].where(frame.index % 2 == 0)
    frame["twin"] = frame["x"]
    frame["after"] = frame["y"].map({"a": 1.0, "b": 2.0, "rare": 3.0})
    frame["count"] = np.where(frame.index % 50 == 0, "unknown", (frame.index % 7).astype(str))
    frame["always"] = 1
    frame["endless"] = frame["x"].where(frame["x"] < 2, np.inf)
    frame.loc[0, "y"] = None
    return pd.concat([frame, frame.tail(3)], ignore_index=True)


def test_what_stands_out_is_said_in_sentences() -> None:
    said = findings(looked_at(faulty()))
    for sentence in (
        "3 rows repeat an earlier one in every column, 0.3% of them",
        "The target is missing in 1 row,",
        "Only 19 rows (1.9%) are of the class rare",
        "after alone tells 100% of the target",
        "gone is missing in 50% of the rows",
        "endless is infinite in",
        "count has texts, though most are numbers: the most frequent that is none is “unknown”",
        "twin holds the same as x in every row",
        "always is no feature as it is: it is 1 in every row",
    ):
        assert any(each.startswith(sentence) for each in said), (sentence, said)
    assert findings(looked_at(rows())) == []


def test_a_share_is_that_of_the_targets_spread() -> None:
    random, n = np.random.default_rng(0), 5000
    x, noise = pd.Series(random.normal(size=n)), pd.Series(random.normal(size=n))
    assert told(x, x**3, False) > 0.98
    assert told(noise, x, False) < 0.01
    assert 0.3 < told(x, x + noise, False) < 0.6
    labels = pd.Series(random.choice(["a", "b", "c"], n))
    assert told(labels, labels, True) == pytest.approx(1)
    assert told(noise, labels, True) < 0.01
    assert told(pd.Series([f"{k}" for k in range(n)]), labels, True) < 0.01
    for rare in (0.01, 0.02, 0.3):
        high = x > x.quantile(1 - rare)
        of_three = pd.Series(np.select([high, x > -0.1], ["c", "b"], "a"))
        assert told(x.mask(x > 3, np.inf), of_three, True) > 0.95
        assert told(x, high, True) > 0.95
        assert told(x, labels.mask(high, "rare"), True) < 0.95
    missing = x.where(labels == "a")
    assert 0.3 < told(missing, labels, True) < 0.6


def test_large_numbers_are_written_out() -> None:
    frame = rows().assign(premium=lambda each: each["x"] * 0 + 47793.1)
    frame.loc[0, "premium"] = 14.17
    assert "14.17 to 47,793," in page(looked_at(frame))
    frame["premium"] = np.where(frame.index == 0, 1880, 9999)
    assert "1880 to 9999," in page(looked_at(frame))


def test_a_large_table_is_a_sample_and_takes_seconds() -> None:
    n, random = 30_000, np.random.default_rng(0)
    values = random.normal(size=(n, 339)).astype(np.float32)
    frame = pd.DataFrame(values, columns=[f"x{k}" for k in range(339)])
    frame["y"] = np.where(frame["x0"] > 0, "a", "b")
    frame.loc[7, "x1"] = 1e6
    start = time.process_time()
    found = looked_at(frame)
    assert time.process_time() - start < 30
    assert found.looked_at == MOST_CELLS // 340
    text = page(found)
    assert f"This is of {found.looked_at:,} of the 30,000 rows, drawn at random" in text
    assert "1,000,000" in text  # the greatest is that of all rows


def test_dates_are_shown_by_days() -> None:
    frame = rows()
    frame["day"] = pd.date_range("2020-01-01", periods=len(frame)).strftime("%Y-%m-%d")
    frame["stamp"] = pd.to_datetime(frame["day"])
    frame["y"] = np.where(frame.index < 500, "a", "b")
    found = looked_at(frame)
    assert found.told["day"] == found.told["stamp"] > 0.9
    assert page(found).count("2020-01-01 to 2022-09-26") == 2


def test_a_table_is_shown_before_there_is_a_project_for_it(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    customers().to_csv(file, index=False, sep=";", decimal=",")
    found = profile_table(str(file), "", AskedForm(), 0)
    assert (found.target.name, found.task) == ("bought", "classification")
    assert profile_table(str(file), "age", AskedForm(), 0).task == "regression"
    with pytest.raises(ProjectError, match="no such column"):
        profile_table(str(file), "nothing", AskedForm(), 0)
    sound(found)
