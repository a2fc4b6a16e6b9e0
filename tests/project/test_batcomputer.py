"""Batcomputer on the real records, where they are at hand."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.commands import make, run
from tests.support.documented import block, check_answers
from tests.support.projects import quick, set_up
from tests.support.services import free_port, serving
from tools.examples import ROOT, make_example

RECORDS = ROOT.parent / "shared" / "data" / "police-2018-10-to-11.zip"


@pytest.mark.skipif(not RECORDS.is_file(), reason=f"the real records are not in {RECORDS.parent}")
def test_all_real_records_are_accounted_for_and_every_question_is_answered(tmp_path: Path) -> None:
    project = make_example("batcomputer", tmp_path)
    set_up(project)
    make(project, "data", f"FROM={RECORDS}")
    shown = make(project, "train")
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
    # Among them: params hold every force and crime, and all combinations equal scikit-learn's.
    run(
        project / ".venv/bin/pytest",
        "--ignore=tests/test_contract.py",
        cwd=project,
        **quick(project),
    )
    shutil.rmtree(project)
