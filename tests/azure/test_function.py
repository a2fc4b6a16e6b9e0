"""The bundle as an app of Azure Functions, called by the SDK's own requests.

In an environment of its own, made of the app's requirements.txt as the host's build makes it.
"""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from model_azure.function.publish import publish_function
from model_azure.settings import FILE, Azure
from model_runtime.api_key import make_key
from model_runtime.errors import ProjectError

from tests.azure.function_host import JSON, Answered, App, Asked
from tests.support.commands import clean_environment, run
from tests.support.projects import Baked, Trained

ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}


@pytest.fixture(scope="module")
def app(baked: Baked, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The app of the trained project's bundle, made once for all workers."""
    with trained.once("azure-function") as (folder, done):
        project = folder / "iris-classifier"
        python = folder / "environment" / "bin" / "python"
        if not done:
            shutil.copytree(baked({"azure": "yes"}), project)
            shutil.copytree(trained("classification") / "model_bin", project / "model_bin")
            run("uv", "lock", "--quiet", cwd=project)
            path = {"PYTHONPATH": str(FILE.parent / "commands")}
            command = (sys.executable, "-m", "model_azure", "function")
            (folder / "said").write_text(run(*command, cwd=project, **path))
            made = project / "build" / "function"
            run(
                "uv",
                "venv",
                "--quiet",
                "--python",
                sys.executable,
                folder / "environment",
                cwd=made,
            )
            install = ("uv", "pip", "install", "--quiet", "--python", python, "--require-hashes")
            run(*install, "-r", "requirements.txt", cwd=made)
    return App(project / "build" / "function", python, (folder / "said").read_text())


ALL = (
    Asked("POST", "/api/predict?code=key", ROW),
    Asked("GET", "/readyz"),
    Asked("POST", "/api/predict", ROW | {"sepal_length": "long"}),
    Asked("POST", "/score", {"data": [ROW] * 1_001}),
    Asked("GET", "/livez"),
    Asked("HEAD", "/livez"),
    Asked("GET", "/docs"),
    Asked("GET", "/openapi.json"),
    Asked("GET", "/"),
    Asked("GET", "/api/predict/params"),
    Asked("GET", "/metrics"),
    Asked("GET", "/nowhere"),
    Asked("DELETE", "/api/predict"),
)


@pytest.fixture(scope="module")
def told(app: App) -> dict[str, Any]:
    return app.ask(*ALL)


Get = Callable[[str, str], Answered]


@pytest.fixture(scope="module")
def answer(told: dict[str, Any]) -> Get:
    """The answer to the last request of a method to a path."""

    answers = zip(ALL, told["answers"], strict=True)
    known: dict[tuple[str, str], Answered] = {
        (asked.method, asked.path): each for asked, each in answers
    }
    return lambda method, path: known[method, path]


def test_a_prediction_is_what_the_service_answers(answer: Get, told: dict[str, Any]) -> None:
    got = answer("POST", "/api/predict?code=key")
    assert got.status == 200
    assert got.headers["x-model-version"] == "1"
    assert got.headers["x-request-id"] == "mine"
    probabilities = got.json()
    assert max(probabilities, key=probabilities.get).startswith("setosa")
    assert sum(probabilities.values()) == pytest.approx(1)
    (event,) = [json.loads(line) for line in told["log"].splitlines() if '"prediction"' in line]
    assert (event["class_name"], event["request_id"]) == ("setosa", "mine")


def test_refusals_are_problem_responses(answer: Get) -> None:
    wrong = answer("POST", "/api/predict")
    assert (wrong.status, wrong.headers["content-type"]) == (422, "application/problem+json")
    assert "sepal_length" in wrong.json()["detail"]
    assert answer("POST", "/score").status == 422  # max_rows holds
    assert answer("GET", "/nowhere").status == 404
    assert answer("DELETE", "/api/predict").status == 405


def test_probes_pages_and_metrics_answer(answer: Get) -> None:
    paths = ("/livez", "/readyz", "/docs", "/openapi.json", "/", "/api/predict/params", "/metrics")
    assert {path: answer("GET", path).status for path in paths} == dict.fromkeys(paths, 200)
    head = answer("HEAD", "/livez")
    assert (head.status, head.text()) == (200, "")
    assert "predictions_total{" in answer("GET", "/metrics").text()


def test_the_first_requests_start_the_service_once_and_wait_for_its_model(
    told: dict[str, Any],
) -> None:
    assert told["lifespans"] == 1
    assert [each.status for each in told["answers"][:2]] == [200, 200]


def test_a_request_needs_a_key_of_the_function_unless_a_setting_says_otherwise(
    app: App, told: dict[str, Any]
) -> None:
    assert told["level"] == "function"
    assert told["route"] == "/{*route}"
    # Then the service's own keys may stand in; and a body beyond its limit is refused.
    key, known = make_key("ann", days=1)
    named = JSON | {"X-API-Key": key}
    settings = {
        "FUNCTION_AUTH_LEVEL": "anonymous",
        "IRIS_CLASSIFIER_SERVING__API_KEYS__LINES": known.line,
        "IRIS_CLASSIFIER_SERVING__MAX_BODY_BYTES": "1024",
    }
    found = app.ask(
        Asked("POST", "/api/predict", ROW),
        Asked("POST", "/api/predict", ROW, tuple(named.items())),
        Asked("POST", "/api/predict", ROW | {"more": "x" * 2_000}, tuple(named.items())),
        **settings,
    )
    assert found["level"] == "anonymous"
    assert [each.status for each in found["answers"]] == [401, 200, 413]


def test_a_wrong_level_is_told(app: App) -> None:
    done = subprocess.run(
        [app.python, "-c", "import function_app"],
        env=clean_environment(PYTHONPATH=str(app.folder), FUNCTION_AUTH_LEVEL="nobody"),
        capture_output=True,
        text=True,
    )
    assert "The app setting FUNCTION_AUTH_LEVEL is 'nobody'; set one of " in done.stderr


def test_nothing_of_azures_but_the_host_is_imported(told: dict[str, Any]) -> None:
    assert {"azure", "model_runtime", "onnxruntime"} <= set(told["imported"])
    assert not {"model_azure", "mlflow", "sklearn", "pandas", "msal"} & set(told["imported"])


def test_the_folder_is_whole_and_its_zip_the_same(app: App) -> None:
    files = {str(each.relative_to(app.folder)) for each in app.folder.rglob("*") if each.is_file()}
    # Without what its service has left by running.
    files = {each for each in files - {".model_bin.lock"} if "__pycache__" not in each}
    wanted = {"function_app.py", "host.json", "requirements.txt", "config.yaml", "pyproject.toml"}
    wanted |= {
        f"model_runtime/{name}" for name in ("LICENSE", "NOTICE.md", "licences/swagger-ui.txt")
    }
    assert wanted | {"model_bin/metadata.json", "client/index.html"} <= files
    assert not [each for each in files if each.startswith(("deploy", "data", ".env", "tests"))]
    with zipfile.ZipFile(app.folder.with_suffix(".zip")) as packed:
        assert {each for each in packed.namelist() if not each.endswith("/")} == files
    assert "iris-classifier, version 1, onnx" in app.said
    assert "make azure-function PUBLISH=" in app.said


def test_each_package_is_named_by_version_and_hash(app: App) -> None:
    lines = (app.folder / "requirements.txt").read_text("utf-8").split("\n")
    named = [line for line in lines if line and not line.startswith(" ")]
    assert named
    assert all("==" in line and line.endswith(" \\") for line in named)
    assert not [line for line in named if line.startswith(("scikit-learn", "mlflow", "typer"))]


def test_the_host_hands_on_every_path_and_samples_no_prediction(app: App) -> None:
    host = json.loads((app.folder / "host.json").read_text("utf-8"))
    assert host["version"] == "2.0"
    assert host["extensions"]["http"]["routePrefix"] == ""
    sampling = host["logging"]["applicationInsights"]["samplingSettings"]
    assert "Trace" in sampling["excludedTypes"].split(";")


def test_it_is_published_by_the_azure_cli(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    az = tmp_path / "az"
    az.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/asked; exit "$CODE"\n')
    az.chmod(0o755)
    azure = Azure(subscription="", resource_group="iris", location="westeurope", name="iris")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("CODE", "0")
    file = app.folder.with_suffix(".zip")
    publish_function(azure, "iris-app", file)
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert asked[:4] == ["functionapp", "deployment", "source", "config-zip"]
    given = dict(zip(asked[4::2], asked[5::2], strict=True))
    assert given == {
        "--subscription": "",
        "--resource-group": "iris",
        "--name": "iris-app",
        "--src": str(file),
        "--build-remote": "true",
        "--output": "none",
    }
    monkeypatch.setenv("CODE", "3")
    with pytest.raises(ProjectError, match="iris-app did not take the app; above is why"):
        publish_function(azure, "iris-app", file)
    with pytest.raises(ProjectError, match="PUBLISH is '--help', and no name of a function app"):
        publish_function(azure, "--help", file)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ProjectError, match="The Azure CLI"):
        publish_function(azure, "iris-app", file)
