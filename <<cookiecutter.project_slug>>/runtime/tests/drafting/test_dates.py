"""Columns of dates are drafted as features of that type, where they are written as such."""

import pandas as pd
import pytest

from model_runtime.drafting.column import Drafted, LeftOut, draft_column


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["2026-11-28", "2026-11-27"]),
        pd.to_datetime(pd.Series(["2026-11-28", "2026-11-27"])),
    ],
)
def test_days_are_dates(column: "pd.Series[str]") -> None:
    found = draft_column("since", column)
    assert isinstance(found, Drafted)
    assert found.keys == {"type": "date"}


@pytest.mark.parametrize("text", ["28.11.2026", "2026-11-28 12:30", "2026-02-30"])
def test_other_forms_and_times_are_left_out_with_the_way_out(text: str) -> None:
    found = draft_column("since", pd.Series(["2026-11-27", text]))
    assert isinstance(found, LeftOut)
    assert "another form than 2026-11-28" in found.reason
