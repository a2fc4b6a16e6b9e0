"""Jenkins' pipelines, executed by JenkinsPipelineUnit."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import Baked

from .pipeline_tools import REHEARSAL, java

COMMANDS = {
    "continuous-integration": {
        "Setup": "make setup",
        "Lint": "make lint",
        "Test": "make test",
        "Train": "IRIS_CLASSIFIER_REGISTRY__URI= make train",
        "Test API": "make test-api",
    },
    "train-model": {"Setup": "make setup", "Retrain": "make retrain", "Versions": "make models"},
    "build-image": {
        "Setup": "make setup",
        "Model": "make fetch-model",
        "Build": "make image",
        "Test": "make image-test",
        "SBOM": "make sbom",
        "Audit": "make audit",
        "Push": "make push",
    },
    "deploy": {
        "Setup": "make setup",
        "Model": "make fetch-model",
        "Diff": "make diff",
        "Deploy": "make deploy",
    },
}
SECRET = {
    "Retrain": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Versions": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Model": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Push": {
        "REGISTRY_PASSWORD": "secret id-images",
        "MLFLOW_TRACKING_PASSWORD": "secret id-models",
    },
    "Diff": {"KUBECONFIG": "secret kubeconfig-staging"},
    "Deploy": {"KUBECONFIG": "secret kubeconfig-staging"},
}
"""The secrets of each stage; the others have none."""

Outcome = dict[str, Any]


def rehearse(project: Path, *scenarios: dict[str, Any]) -> list[Outcome]:
    """Execute pipelines and return what they did; scenarios are those of rehearse.groovy."""
    asked = [
        {"folder": str(project), "answer": "yes"}
        | scenario
        | {"parameters": {"ENVIRONMENT": "staging", "MODEL_VERSION": "7"} | scenario["parameters"]}
        for scenario in scenarios
    ]
    done = subprocess.run(
        [*java(), REHEARSAL / "rehearse.groovy"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[:4000]
    outcomes: list[Outcome] = json.loads(done.stdout)
    return outcomes


def scenario(pipeline: str, answer: str = "yes", **more: Any) -> dict[str, Any]:
    return {"pipeline": pipeline, "answer": answer, "parameters": {}} | more


def commands(outcome: Outcome) -> list[str]:
    return [event["value"] for event in outcome["events"] if event["step"] == "sh"]


FAILURES = {
    f"{pipeline}: {stage} fails": scenario(pipeline, failures={command: 99})
    for pipeline, stages in COMMANDS.items()
    for stage, command in stages.items()
}
PRODUCTION = {"ENVIRONMENT": "production"}
SCENARIOS = {
    **{pipeline: scenario(pipeline) for pipeline in COMMANDS},
    **FAILURES,
    "network fails": scenario(
        "build-image", failures={"make setup": 1, "make image": 1, "make push": 2}
    ),
    "test fails once": scenario("build-image", failures={"make image-test": 1}),
    "yes to production": scenario("deploy", "yes", parameters=PRODUCTION),
    "no to production": scenario("deploy", "no", parameters=PRODUCTION),
    "unknown environment": scenario("deploy", parameters={"ENVIRONMENT": "moon"}),
}
WRONG = {
    "steps without a block": (
        "            steps {\n                sh 'make lint'\n            }",
        "sh 'make lint'",
    ),
    "an unknown step": ("sh 'make lint'", "shell 'make lint'"),
    "an option that is a trigger": ("timeout(time: 1", "cron(time: 1"),
    "a brace too few": ("stage('Lint') {", "stage('Lint') "),
}
"""Mistakes: a text of the pipeline of continuous integration, and the one in its place."""


@pytest.fixture(scope="module")
def runs(
    project: Path, baked: Baked, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """Each scenario's outcome, and each pipeline's on a good day: all by one start of Java."""
    without_ids = scenario("build-image", folder=str(baked()))
    wrong = {
        name: scenario("continuous-integration", folder=str(spoiled(project, folder, name)))
        for name in WRONG
        for folder in [tmp_path_factory.mktemp("wrong")]
    }
    scenarios = {**SCENARIOS, "no ids": without_ids, **wrong}
    return dict(zip(scenarios, rehearse(project, *scenarios.values()), strict=True))


def spoiled(project: Path, folder: Path, name: str) -> Path:
    """Copy a project's pipelines, one of them with a mistake."""
    copy = shutil.copytree(project / "deploy" / "jenkins", folder / "deploy" / "jenkins")
    file = copy / "continuous-integration.Jenkinsfile"
    text = file.read_text("utf-8")
    right, wrong = WRONG[name]
    assert right in text
    file.write_text(text.replace(right, wrong))
    return folder


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_stages_in_order_each_with_its_target(runs: dict[str, Outcome], pipeline: str) -> None:
    run = runs[pipeline]
    assert run["result"] == "SUCCESS", run
    assert run["stages"] == list(COMMANDS[pipeline])
    assert commands(run) == list(COMMANDS[pipeline].values())
    assert run["directives"]["timeout"]
    assert run["directives"]["alone"]
    reported = [event["step"] for event in run["events"] if event["stage"] == "post"]
    reports = {"train-model": ["archiveArtifacts"], "deploy": []}
    assert reported == reports.get(pipeline, ["junit", "archiveArtifacts"])


def test_what_starts_them(runs: dict[str, Outcome]) -> None:
    assert runs["continuous-integration"]["directives"]["pollSCM"]
    assert runs["train-model"]["directives"]["cron"]
    assert runs["build-image"]["directives"]["upstream"] == "train-model"
    assert runs["deploy"]["directives"]["parameters"]["ENVIRONMENT"] == ["staging", "production"]
    for pipeline in ("build-image", "deploy"):
        model = next(event for event in runs[pipeline]["events"] if event["stage"] == "Model")
        assert model["environment"]["VERSION"] == "7"


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_a_failed_stage_ends_the_rest_and_post_still_runs(
    runs: dict[str, Outcome], pipeline: str
) -> None:
    stages = list(COMMANDS[pipeline])
    for number, stage in enumerate(stages, start=1):
        run = runs[f"{pipeline}: {stage} fails"]
        assert run["result"] == "FAILURE"
        assert run["stages"] == stages[:number]
        if pipeline != "deploy":
            assert any(event["stage"] == "post" for event in run["events"])


def test_what_fails_for_want_of_a_network_is_tried_again(runs: dict[str, Outcome]) -> None:
    assert runs["network fails"]["result"] == "SUCCESS"
    assert commands(runs["network fails"]).count("make push") == 3
    assert runs["test fails once"]["result"] == "FAILURE"


def test_production_asks_and_staging_does_not(runs: dict[str, Outcome]) -> None:
    yes, no = runs["yes to production"], runs["no to production"]
    steps = [event["step"] for event in yes["events"]]
    assert yes["result"] == "SUCCESS"
    assert steps.index("input") == len(commands(yes)) - 1
    assert yes["events"][-1]["environment"]["KUBECONFIG"] == "secret kubeconfig-production"
    assert yes["events"][-1]["environment"]["NAMESPACE"] == "production"
    assert no["result"] == "ABORTED"
    assert "make diff" in commands(no)
    assert "make deploy" not in commands(no)
    assert "input" not in [event["step"] for event in runs["deploy"]["events"]]


def test_an_environment_that_config_yaml_does_not_have_is_named(runs: dict[str, Outcome]) -> None:
    run = runs["unknown environment"]
    assert run["result"] == "FAILURE"
    assert "config.yaml has no jenkins.environments.moon" in run["why"]
    assert "make diff" not in commands(run)


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_only_the_step_that_needs_a_secret_has_it(runs: dict[str, Outcome], pipeline: str) -> None:
    for event in runs[pipeline]["events"]:
        environment = event["environment"].items()
        secrets = {name: value for name, value in environment if value.startswith("secret ")}
        assert secrets == SECRET.get(event["stage"], {})


def test_without_ids_no_credentials_are_asked_for(runs: dict[str, Outcome]) -> None:
    run = runs["no ids"]
    assert run["result"] == "SUCCESS"
    assert all(set(event["environment"]) <= {"VERSION"} for event in run["events"])


@pytest.mark.parametrize("name", WRONG)
def test_the_rehearsal_refuses_what_jenkins_would(runs: dict[str, Outcome], name: str) -> None:
    assert runs[name]["result"] == "REFUSED", runs[name]


def test_no_secret_gets_into_a_log(project: Path) -> None:
    for file in (project / "deploy" / "jenkins").rglob("*"):
        text = file.read_text("utf-8") if file.is_file() else ""
        # In double quotes, Groovy would put a secret's text into the command.
        assert not re.search(r'\bsh\s*\(?"|set -\w*x|printenv|\bsh .*echo', text), file


def test_each_pipeline_is_rehearsed(project: Path) -> None:
    files = sorted(file.stem for file in (project / "deploy" / "jenkins").glob("*.Jenkinsfile"))
    assert files == sorted(COMMANDS)
