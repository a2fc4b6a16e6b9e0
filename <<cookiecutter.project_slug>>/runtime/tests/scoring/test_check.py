"""The columns of a file are judged by the rules that the API applies to a request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from model_runtime.bundle.read import Bundle
from model_runtime.bundle.schema import Schema
from model_runtime.contract.row import request_model
from model_runtime.errors import ProjectError
from model_runtime.scoring.check import Check

from ..support.scored_files import GOOD, HEADER, as_file, read, scored, table

TEXTS = [
    *("", "nan", "NaN", "inf", "-Infinity", "1e400", " 3 ", "3 ", "3.0", "3.", ".5", "+3", "-0"),
    *("3.5", "1e1", "120", "121", "-1", "9" * 30, "9" * 400, "1_0", "0x10", "1,5", "٣", "1e", "e"),
    *("true", "TRUE", "True", "tRuE", "false", "0", "1", "yes", "M", "m", " M", "XL", "null"),
    *("x" * 10_000, "x" * 10_001, "ä" * 10_000, "\n", '"', "a,b", "\x00"),
]
VALUES: list[pl.Series] = [
    pl.Series([None, 0, 3, 120, 121, -1, 2**62]),
    pl.Series([None, 0.0, 3.0, 3.5, float("nan"), float("inf"), -1e300, 1e300]),
    pl.Series([0.1, 40, None], dtype=pl.Float32),
    pl.Series([None, True, False]),
    pl.Series([None, "", "M", "m", "3", "true", "x" * 10_000, "x" * 10_001]),
    pl.Series(["M", None, "nope"], dtype=pl.Categorical),
    pl.Series(["1.50", "40", None]).cast(pl.Decimal(10, 2)),
    pl.Series(["2030-01-01", None]).cast(pl.Date),
    pl.Series([None, None]),
    pl.Series([["M"], None]),
]


def verdict(schema: Schema, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the API's own type makes of a row, or nothing if it refuses it."""
    known = {feature.name for feature in schema.features} | {schema.id}
    sent = {name: value for name, value in row.items() if name in known and value is not None}
    try:
        return request_model(schema).model_validate(sent).__dict__
    except ValidationError:
        return None


def assert_same_verdict(
    schema: Schema, frame: pl.DataFrame, texts: bool, sent: Callable[[str, Any], Any]
) -> None:
    check = Check(schema)
    typed = check.typed(frame, texts)
    good = check.good(frame, typed)
    accepted = 0
    for k, row in enumerate(frame.rows(named=True)):
        wanted = verdict(schema, {name: sent(name, value) for name, value in row.items()})
        # A value that passes only the slow way is all right, but not one that may not pass.
        if good[k]:
            assert wanted is not None, row
            for name, value in typed.row(k, named=True).items():
                assert value == wanted[name], row
        accepted += bool(good[k])
    assert 0 < accepted < frame.height


def test_a_cell_is_judged_as_the_api_judges_its_value(shop: Bundle) -> None:
    names = [*(feature.name for feature in shop.schema.features), "customer"]
    good: dict[str, str | None] = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    rows = [good | {name: text or None} for name in names for text in TEXTS]
    random = np.random.default_rng(0)
    rows += [{name: str(random.choice(TEXTS[:40])) or None for name in names} for _ in range(500)]
    features = {feature.name: feature for feature in shop.schema.features}

    def sent(name: str, text: str | None) -> Any:
        return text if text is None or name not in features else features[name].rule.cell(text)

    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    assert_same_verdict(shop.schema, frame, True, sent)


@pytest.mark.parametrize("name", HEADER.split(","))
@pytest.mark.parametrize("kind", range(len(VALUES)))
def test_a_column_of_any_type_is_judged_as_the_api_judges_it(
    shop: Bundle, tmp_path: Path, name: str, kind: int
) -> None:
    values = VALUES[kind]
    frame = table(len(values)).with_columns(age=pl.lit(40), copy=True).fill_null(strategy="zero")
    frame = frame.with_columns(pl.lit("M").alias("Größe")).with_columns(values.alias(name))
    file = as_file(frame, tmp_path / "in.parquet")
    wanted = [
        k + 1 for k, row in enumerate(frame.rows(named=True)) if verdict(shop.schema, plain(row))
    ]
    if not wanted:
        with pytest.raises(ProjectError, match=f"None of the {len(values)} records"):
            scored(shop, file, ".parquet")
        return
    report, output = scored(shop, file, ".parquet")
    assert read(output)["record"].to_list() == wanted
    assert report.read == len(values) == report.scored + report.rejected


def plain(row: dict[str, Any]) -> dict[str, Any]:
    decimals = {name for name, value in row.items() if type(value).__name__ == "Decimal"}
    return {name: float(value) if name in decimals else value for name, value in row.items()}
