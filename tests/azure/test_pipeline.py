"""`make azure-pipeline` and its runs: by one HTTP call, and on a schedule."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from model_azure.learning.train import training
from model_azure.pipeline.job import pipeline
from model_azure.settings import read_azure

from tests.azure.commands import run
from tests.azure.conftest import place
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.jobs import Jobs, Stage
from tests.azure.stand_in.messages import Refused


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


def test_another_pipeline_takes_the_place_of_the_first(azure: StandIn, cluster: Jobs) -> None:
    run("pipeline")
    azure.faults.too_many("PUT", "/deployments/")
    azure.faults.unavailable("GET", "/batchEndpoints/")
    azure.calls.clear()
    assert "retrain-2" in run("pipeline")
    assert [one["name"] for one in _deployments(azure)] == ["retrain-2"]
    (endpoint,) = azure.arm.below(f"{place()}/batchEndpoints")
    assert endpoint["properties"]["defaults"]["deploymentName"] == "retrain-2"
    # The first one answers until the second one does.
    order = [call.split("/workspaces/")[-1].partition("/")[2] for call in azure.calls]
    wanted = [
        "batchEndpoints/iris-classifier-retrain/deployments/retrain-2",
        "batchEndpoints/iris-classifier-retrain",
        "batchEndpoints/iris-classifier-retrain/deployments/retrain-1",
    ]
    changes = [
        name
        for call, name in zip(azure.calls, order, strict=True)
        if call.startswith(("PUT", "DELETE")) and name.startswith("batchEndpoints")
    ]
    assert list(dict.fromkeys(changes)) == wanted


def test_a_deployment_that_fails_leaves_the_one_that_answers(azure: StandIn, cluster: Jobs) -> None:
    run("pipeline")
    azure.arm.operations.failures["deployments/retrain-2"] = "Quota", "No cores are left."
    output = run("pipeline", code=1)
    assert "Azure, deploying the pipeline: Quota: No cores are left" in " ".join(output.split())
    (endpoint,) = azure.arm.below(f"{place()}/batchEndpoints")
    assert endpoint["properties"]["defaults"]["deploymentName"] == "retrain-1"


def test_a_schedule_is_made_changed_and_removed(
    azure: StandIn, project: Path, cluster: Jobs, data: None
) -> None:
    _schedule(project, "0 3 * * 1")
    assert "0 3 * * 1 (UTC)" in run("pipeline")
    (schedule,) = azure.arm.below(f"{place()}/schedules")
    assert schedule["properties"]["trigger"]["expression"] == "0 3 * * 1"
    job = schedule["properties"]["action"]["jobDefinition"]
    assert job["inputs"]["data"]["uri"].endswith("/data/data/versions/1")
    assert job["settings"]["default_compute"].endswith("/computes/cluster")
    _schedule(project, "")
    assert "none any more" in run("pipeline")
    assert not azure.arm.below(f"{place()}/schedules")


@pytest.fixture
def deployed(azure: StandIn, cluster: Jobs) -> Jobs:
    """An endpoint with a pipeline, as `make azure-pipeline` leaves it."""
    learning = azure.machine_learning
    endpoint = f"{place()}/batchEndpoints/iris-classifier-retrain"
    url = "https://iris-classifier-retrain.westeurope.inference.ml.azure.com/jobs"
    properties = {
        "authMode": "AADToken",
        "defaults": {"deploymentName": "retrain-1"},
        "scoringUri": url,
    }
    assert learning.kind("batchEndpoints").on_put
    azure.arm.put(endpoint, location="westeurope", properties=properties)
    return cluster


def test_a_call_starts_a_run_and_says_how_to_do_the_same(
    azure: StandIn, deployed: Jobs, data: None
) -> None:
    output = run("pipeline-run")
    (name,) = deployed.under_way
    assert f"  run      {name}\n" in output
    (call,) = (one for one in azure.requests if one.host.endswith("inference.ml.azure.com"))
    sent = json.loads(call.body)["properties"]["InputData"]["data"]
    assert sent["Uri"].endswith("/data/data/versions/1")
    (line,) = (line for line in output.splitlines() if " curl " in line)
    words = shlex.split(line.removeprefix("  the same "))
    assert words[:4] == ["curl", "-X", "POST", f"https://{call.host}/jobs"]
    assert words[-1] == call.body.decode()
    assert "az account get-access-token --resource https://ml.azure.com" in line
    token = call.headers["authorization"].removeprefix("Bearer ")
    assert token not in output


def test_a_run_starts_once_though_it_is_asked_again(azure: StandIn, deployed: Jobs) -> None:
    azure.faults.too_many("POST", "inference.ml.azure.com/jobs")
    azure.faults.unavailable("POST", "inference.ml.azure.com/jobs")
    run("pipeline-run")
    calls = [one for one in azure.requests if one.host.endswith("inference.ml.azure.com")]
    assert len(calls) == 3
    assert len({one.headers["repeatability-request-id"] for one in calls}) == 1
    assert json.loads(calls[0].body) == {"properties": {"InputData": {}}}


def test_a_call_without_an_address_or_a_role_is_told(azure: StandIn, deployed: Jobs) -> None:
    azure.faults.add("POST", "/jobs$", Refused(403, "Forbidden", "You may not invoke it."))
    output = run("pipeline-run", code=1)
    assert "starting the pipeline: 403 Forbidden: You may not invoke it; who you are " in output
    azure.arm.resources.pop(f"{place()}/batchEndpoints/iris-classifier-retrain".lower())
    assert "The pipeline has no address yet" in run("pipeline-run", code=1)


def test_the_last_runs_status_is_told_with_its_steps(azure: StandIn, deployed: Jobs) -> None:
    assert "has not run yet" in run("pipeline-status", code=1)
    deployed.stages = (Stage("Completed"),)
    run("pipeline-run")
    deployed.stages = (Stage("Failed"),)
    run("pipeline-run")
    first, last = deployed.under_way
    for name in (first, last):
        azure.arm.resources[f"{place()}/jobs/{name}".lower()]["properties"]["status"] = (
            deployed.under_way[name][0].status
        )
    output = run("pipeline-status", code=1)
    assert f"{last}: failed, begun 2026-11-27 10:01 UTC\n" in output
    assert "  gates    failed\n" in output
    output = run("pipeline-status", "--run", first)
    assert f"{first}: completed, begun" in output
    assert "  train    completed\n" in output
    assert f"/runs/{first}?" in output
    assert "looking at the run none: 404 " in run("pipeline-status", "--run", "none", code=1)


@pytest.mark.parametrize("kind", ["job", "pipeline"])
def test_the_jobs_are_what_the_sdks_loader_takes(project: Path, tmp_path: Path, kind: str) -> None:
    from azure.ai.ml import load_job
    from azure.ai.ml.exceptions import ValidationException
    from marshmallow import ValidationError

    azure = read_azure()
    if kind == "job":
        job = training(f"{place()}/codes/code/versions/1", "training:1", azure, "iris", 1)
    else:
        job = pipeline(f"{place()}/codes/code/versions/1", "training:1", azure, "iris", 1)
    file = tmp_path / "job.yml"
    job._to_job().dump(file) if kind == "job" else job.dump(file)
    loaded: Any = load_job(file)
    assert loaded._validate().passed
    file.write_text(file.read_text() + "experimentname: iris\n")
    with pytest.raises((ValidationException, ValidationError), match="experimentname"):
        load_job(file)
