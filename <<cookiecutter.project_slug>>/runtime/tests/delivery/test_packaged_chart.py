"""A packaged chart's version and values."""

import os
from pathlib import Path

import pytest
import yaml

from model_runtime.delivery.packaged_chart import chart_version, package


@pytest.mark.parametrize(
    ("model", "revision", "version"),
    [
        (7, "0123456789ab", "0.1.7+0123456789ab"),
        (12, "0123456789ab-dirty", "0.1.12+0123456789ab-dirty"),
        (1, None, "0.1.1"),
    ],
)
def test_a_charts_version_grows_with_the_models(
    model: int, revision: str | None, version: str
) -> None:
    assert chart_version("0.1.0", model, revision) == version


def test_null_is_kept_where_it_means_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    program = tmp_path / "helm"
    program.write_text('#!/bin/sh\nmkdir build; cp "$2/values.yaml" build/\n')
    program.chmod(0o755)
    chart = tmp_path / "deploy/helm/model"
    chart.mkdir(parents=True)
    (chart / "Chart.yaml").write_text("version: 0.1.0")
    config = tmp_path / "config.yaml"
    config.write_text("deployment: {run_as_user: null, cpu: null, replicas: 3}")
    package(1, None, "1", {})
    packaged = yaml.safe_load((tmp_path / "build/values.yaml").read_text())["deployment"]
    assert (packaged["run_as_user"], packaged["cpu"], packaged["replicas"]) == (None, "250m", 3)
