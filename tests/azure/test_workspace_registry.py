"""A workspace's MLflow as the registry: each command by the plugin, on a real MLflow server."""

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.azure.stand_in import StandIn
from tests.azure.stand_in.machine_learning import REGION
from tests.azure.stand_in.messages import Answer, Refused
from tests.azure.stand_in.mlflow_front import MlflowFront
from tests.azure.stand_in.stand_in import SUBSCRIPTION
from tests.support.commands import clean_environment
from tests.support.projects import Trained, quick
from tests.support.tracking import tracking_server

SCOPE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/a/providers"
SCOPE += "/Microsoft.MachineLearningServices/workspaces/abc"
URI = f"azureml://{REGION}/mlflow/v1.0{SCOPE}"
SEVERAL = """
import sys
from typer.testing import CliRunner
from model_runtime.cli import app
for command in sys.argv[1:]:
    result = CliRunner().invoke(app, command.split())
    print(f"$ {command}", result.exit_code, result.output, result.exception or "", flush=True)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("mlflow")
    with tracking_server(Path(sys.prefix).parent, folder, f"sqlite:///{folder}/mlflow.db") as url:
        yield url


@pytest.fixture
def workspace(azure: StandIn, project: Path, server: str) -> MlflowFront:
    front = MlflowFront(server, azure.tokens)
    front.register(azure.router)
    return front


def run(project: Path, *commands: str, **more: str) -> str:
    """Run commands of the project in one process, and return what they print."""
    variables = quick(project) | {"IRIS_CLASSIFIER_REGISTRY__URI": URI, "COLUMNS": "160"} | more
    path = {"PYTHONPATH": str(project / "src"), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL, *commands],
        cwd=project,
        env=os.environ | variables | path,
        capture_output=True,
        text=True,
        timeout=400,
    )
    return done.stdout + done.stderr


def test_versions_are_trained_promoted_rolled_back_fetched_and_pruned(
    azure: StandIn, workspace: MlflowFront, project: Path
) -> None:
    # MLflow's client takes whole seconds only, as services give them.
    busy = Refused(429, "TooManyRequests", "The request is throttled.", Retry_After="0")
    azure.faults.add("POST", f"{REGION}.*/runs/create", busy)
    azure.faults.unavailable("GET", f"{REGION}.*/artifacts/contentinfo")
    told = run(
        project,
        "train",
        "train",
        "promote --version 1",
        "promote --version 2 --force",
        "rollback",
        "models",
        "train",
        "fetch-model --version @champion",
        "prune --keep 1 --yes",
        "prune --keep 1 --yes",
        "models",
    )
    assert told.count(" 0 ") >= 11, told
    assert not re.search("Request URL|View run", told), told
    assert "The champion is version 1 again" in told
    assert "model_bin is version 1" in told
    assert "version 2 is gone; its run's files stay in their store" in told
    assert "Nothing is to go." in told
    metadata = json.loads((project / "model_bin" / "metadata.json").read_text("utf-8"))
    assert metadata["version"] == 1
    assert not [call for call in azure.unknown if "mlflow" in call], azure.unknown
    models = [place for place in workspace.blobs if place.endswith("bundle/MLmodel")]
    assert len(models) == 3


def ask(server: str, endpoint: str, **body: Any) -> Any:
    """Ask MLflow's server itself."""
    request = urllib.request.Request(
        f"{server}/api/2.0/mlflow/{endpoint}", json.dumps(body).encode()
    )
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_job_on_the_cluster_records_its_training_in_its_own_run(
    azure: StandIn, workspace: MlflowFront, project: Path, server: str
) -> None:
    place = f"azureml://{REGION}/mlflow/v2.0{SCOPE}/experiments/jobs/runs"
    experiment = ask(server, "experiments/create", name="jobs", artifact_location=place)
    number = experiment["experiment_id"]
    run_id = ask(server, "runs/create", experiment_id=number)["run"]["info"]["run_id"]
    job = {
        "MLFLOW_TRACKING_URI": URI,
        "MLFLOW_TRACKING_TOKEN": azure.tokens.give("https://management.azure.com"),
        "MLFLOW_EXPERIMENT_ID": number,
        "MLFLOW_RUN_ID": run_id,
        "AZUREML_RUN_ID": run_id,
        "AZURE_CLIENT_SECRET": "",
        "IRIS_CLASSIFIER_REGISTRY__URI": "",
    }
    told = run(project, "train", **job)
    assert "train 0" in told
    wanted = urllib.parse.quote(f"run_id='{run_id}'")
    url = f"{server}/api/2.0/mlflow/model-versions/search?filter={wanted}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        (version,) = json.load(answer)["model_versions"]
    assert "digest" in {tag["key"] for tag in version["tags"]}
    assert f"{run_id}/bundle/metadata.json" in workspace.blobs


def test_a_refusal_says_who_can_do_what(
    azure: StandIn, workspace: MlflowFront, project: Path
) -> None:
    for status in (403, 401):
        refused = Refused(status, "Refused", "")
        refused.answer = Answer(status, b"")
        azure.faults.add("*", f"{REGION}/mlflow", refused)
    told = run(project, "models", "models")
    assert told.count("models 1") == 2, told
    assert "has no right to do this in the workspace: the role 'AzureML Data Scientist'" in told
    assert "The token is not taken or has expired: log in again (`az login`)" in told


def test_nobody_is_logged_in_and_no_browser_is_opened(
    azure: StandIn, workspace: MlflowFront, project: Path
) -> None:
    azure.tokens.refusal = "AADSTS7000222: The provided client secret keys are expired."
    told = run(project, "models", AZURE_TOKEN_CREDENTIALS="EnvironmentCredential")
    assert "models 1" in told
    assert "nobody is logged in to Azure here: `az login`" in told


def test_an_address_that_is_no_workspaces_is_told(project: Path) -> None:
    told = run(project, "models", IRIS_CLASSIFIER_REGISTRY__URI=f"azureml://{REGION}/abc")
    assert "az ml workspace show --name NAME --resource-group GROUP" in told


def test_a_project_without_azure_is_told_the_group_it_lacks(trained: Trained) -> None:
    project = trained("classification")
    done = subprocess.run(
        [project / ".venv" / "bin" / "iris-classifier", "models"],
        cwd=project,
        env=clean_environment(IRIS_CLASSIFIER_REGISTRY__URI=URI),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "install the group 'azure-ml' (`uv sync --group azure-ml`" in done.stderr
