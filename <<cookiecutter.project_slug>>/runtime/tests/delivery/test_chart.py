"""The chart knows the settings as they are; what it renders is tested by Helm."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from model_runtime.delivery.chart import chart_folder, defaults, generated, schema


def test_what_is_generated_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in generated().items():
        there = (chart_folder() / name).read_text("utf-8")
        assert there == text, f"{name} does not fit what it is made from: run `make chart`"


def test_a_typo_is_refused_wherever_it_is_and_no_secret_is_a_value() -> None:
    sections = [schema(), *schema()["$defs"].values()]
    assert [each for each in sections if each["additionalProperties"] is not False] == []
    assert "admin_token" not in schema()["$defs"]["Serving"]["properties"]
    assert "admin_token" not in defaults()["serving"]


def test_what_may_be_null_has_no_default_that_would_stand_in_its_way() -> None:
    assert "time_budget_s" not in defaults()["automl"]
    assert "time_budget_s" not in schema()["$defs"]["AutoML"]["required"]
    assert "enabled" in schema()["$defs"]["AutoML"]["required"]


def test_without_helm_it_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model_runtime", "deploy", "--tag", "1"]
    environment = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "helm is not installed here" in done.stderr
