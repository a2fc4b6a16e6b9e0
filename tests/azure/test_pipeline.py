"""`make azure-pipeline` and its runs: by one HTTP call, and on a schedule."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.azure.commands import run
from tests.azure.conftest import place
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.jobs import Jobs


@pytest.fixture
def data(project: Path, cluster: Jobs) -> None:
    (project / "data" / "rows.csv").write_text("a\n1\n")
    run("data")


def _schedule(project: Path, expression: str) -> None:
    file = project / "deploy" / "azure" / "azure.yaml"
    text = re.sub('schedule: "[^"]*"', f'schedule: "{expression}"', file.read_text())
    file.write_text(text)


def _deployments(azure: StandIn) -> list[dict[str, Any]]:
    (endpoint,) = azure.arm.below(f"{place()}/batchEndpoints")
    assert endpoint["name"] == "iris-classifier-retrain"
    return azure.arm.below(f"{endpoint['id']}/deployments")


def test_the_pipeline_goes_behind_an_address(azure: StandIn, cluster: Jobs) -> None:
    output = run("pipeline")
    address = "https://iris-classifier-retrain.westeurope.inference.ml.azure.com/jobs"
    assert address in output
    (deployment,) = _deployments(azure)
    configuration = deployment["properties"]["deploymentConfiguration"]
    assert configuration["settings"]["force_rerun"] == "true"
    component = azure.arm.resources[configuration["componentId"]["assetId"].lower()]
    steps = component["properties"]["componentSpec"]["jobs"]
    assert list(steps) == ["fetched", "trained", "gates"]
    assert steps["trained"]["inputs"]["data"]["value"] == "${{parent.jobs.fetched.outputs.data}}"
    assert component["properties"]["componentSpec"]["inputs"]["data"]["optional"] is True
    assert not azure.arm.below(f"{place()}/schedules")
