"""Bank Marketing on the real rows, where they are at hand."""

import csv
import itertools
import json
from typing import Any

import pytest

from tests.support.documented import NEAR, check_answers, table
from tests.support.projects import REAL, Trained
from tests.support.services import free_port, get, serving

ROWS = REAL["bank-marketing"]


def rows_and_labels(count: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Return requests, and what became of them."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        read = list(itertools.islice(csv.DictReader(file), count))
    labels = [row.pop("y") for row in read]
    return [{name: number(value) for name, value in row.items()} for row in read], labels


def number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.skipif(not ROWS.is_file(), reason=f"the real rows are not in {ROWS.parent}")
def test_the_search_on_real_rows_finds_what_the_documentation_shows(trained: Trained) -> None:
    project, shown = trained("bank-marketing"), trained.shown("bank-marketing")
    assert "engine   onnx" in shown
    assert "leaks    with duration it would be" in shown
    figures = json.loads((project / "reports" / "metrics.json").read_text("utf-8"))
    assert figures["hold_out"]["roc_auc"] >= 0.79
    assert figures["with_leaks"]["hold_out"]["roc_auc"] >= 0.94
    search = json.loads((project / "reports" / "automl.json").read_text("utf-8"))
    assert search["metric"] == "roc_auc"
    assert len(search["trials"]) == 60
    for name, (simplest, served, leaking) in table("docs/bank-marketing.md", "metric (hold-out)"):
        got = [figures["baseline"], figures["hold_out"], figures["with_leaks"]["hold_out"]]
        assert [simplest, served, leaking] == pytest.approx([each[name] for each in got], abs=NEAR)
    card = (project / "reports" / "model-card.md").read_text("utf-8")
    assert "## What it does not learn from" in card and "## How it was found" in card
    rows, labels = rows_and_labels(500)
    port = free_port()
    with serving("make", "serve", f"PORT={port}", cwd=project, port=port) as url:
        status, answer = get(f"{url}/score", json.dumps({"data": rows}))
        check_answers("docs/bank-marketing.md", url)
    assert status == 200
    result = json.loads(answer)["result"]
    assert set(result) == {"yes", "no"}
    assert sum(map(str.__eq__, result, labels)) > 0.85 * len(labels)
