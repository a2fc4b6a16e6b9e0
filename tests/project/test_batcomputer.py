"""Batcomputer on the real records, where they are at hand; without them its month is made up."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.documented import NEAR, block, check_answers, figures
from tests.support.projects import REAL, Trained, lending
from tests.support.services import free_port, serving
from tools.examples import ROOT

RECORDS = REAL["batcomputer"]


@pytest.mark.skipif(not RECORDS.is_file(), reason=f"the real records are not in {RECORDS.parent}")
def test_all_real_records_are_accounted_for_and_answered_as_documented(trained: Trained) -> None:
    """Its own tests, run in test_project, ask every force, crime and combination of them."""
    project, shown = trained("batcomputer"), trained.shown("batcomputer")
    read, used, dropped = (
        int(number.replace(",", ""))
        for pattern in (
            r"([\d,]+) records, in 80 files",
            r"= ([\d,]+) used",
            r"\+ ([\d,]+) dropped",
        )
        for number in re.findall(pattern, shown)
    )
    assert read == used + dropped == 727_269
    assert "engine   onnx" in shown
    assert "malformed" not in shown
    for line in block("docs/batcomputer.md", "727,269 records"):
        assert line in shown
    port = free_port()
    with serving("make", "serve", f"PORT={port}", cwd=project, port=port) as url:
        check_answers("docs/batcomputer.md", url)


def test_a_month_is_served_measured_and_seen_to_drift(tmp_path: Path) -> None:
    """As `make month`; docs/month.md shows what it says of the real records."""
    real = RECORDS.is_file()
    words = ["--records", RECORDS] if real else ["--records", "synthetic"]
    words += [] if real else ["--months", "2030-01", "2030-02"]
    words += ["--output", tmp_path]
    # The same answers, without the proof that takes most of the time.
    short = {"BATCOMPUTER_TRAINING__FOLDS": "0", "BATCOMPUTER_TRAINING__ENGINE": "sklearn"}
    short["BATCOMPUTER_TRAINING__AS_SERVED"] = "no"
    lent = lending(tmp_path / "programs")
    shown = run(sys.executable, "-m", "tools.month", *words, cwd=ROOT, **short, **lent)
    assert "Drifted since training: feature 'month' has a PSI of" in shown
    project = tmp_path / "batcomputer"
    for name in ("over_time", "calibration"):
        assert (project / f"reports-performance/{name}.png").is_file()
    measured = json.loads((project / "reports-performance/metrics.json").read_text("utf-8"))
    assert measured["whole"]["rows"] == measured["counts"]["joined"] > 5_000
    for beginning in ("358,382 records", "predictions  334,207", "answer   probability"):
        for line in block("docs/month.md", beginning) if real else ():
            assert any(_alike(line, said) for said in shown.splitlines()), line
    shutil.rmtree(project)


def _alike(documented: str, said: str) -> bool:
    """Return whether two lines begin alike and have the same first figures, but for a little."""
    numbers = pytest.approx(figures(documented)[:3], rel=NEAR, abs=NEAR)
    return documented[:3] == said[:3] and figures(said)[:3] == numbers
