"""Jenkins' pipelines, executed by JenkinsPipelineUnit."""

import re
from pathlib import Path

import pytest

from .rehearsal import (
    COMMANDS,
    Outcome,
    commands,
    leaves_nothing,
    made,
    rehearse,
    scenario,
    staged,
)

SECRET = {
    "Retrain": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Versions": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Model": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Push CI image": {"REGISTRY_PASSWORD": "secret id-images"},
    "Push": {
        "REGISTRY_PASSWORD": "secret id-images",
        "MLFLOW_TRACKING_PASSWORD": "secret id-models",
    },
    "Diff": {"KUBECONFIG": "secret kubeconfig-staging"},
    "Deploy": {"KUBECONFIG": "secret kubeconfig-staging"},
}
"""The secrets of each stage; the others have none."""

FAILURES = {
    f"{pipeline}: {stage} fails": scenario(pipeline, failures={command: 99})
    for pipeline, stages in COMMANDS.items()
    for stage, command in stages.items()
}
ABORTED = {
    f"{pipeline}: {stage} is aborted": scenario(pipeline, aborts={command: True})
    for pipeline, stages in COMMANDS.items()
    for stage, command in list(stages.items())[1:2]
}
SCENARIOS = {
    **{pipeline: scenario(pipeline) for pipeline in COMMANDS},
    **FAILURES,
    **ABORTED,
    **{f"{name}: no checkout": scenario(name, failures={"checkout": 9}) for name in COMMANDS},
    "network fails": scenario(
        "build-image", failures={"make setup": 1, "make image": 1, "make push": 2}
    ),
    "test fails once": scenario("build-image", failures={"make image-test": 1}),
}


@pytest.fixture(scope="module")
def runs(project: Path) -> dict[str, Outcome]:
    """Each scenario's outcome, and each pipeline's on a good day: all by one start of Java."""
    return dict(zip(SCENARIOS, rehearse(project, *SCENARIOS.values()), strict=True))


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_stages_in_order_each_with_its_target(runs: dict[str, Outcome], pipeline: str) -> None:
    run = runs[pipeline]
    assert run["result"] == "SUCCESS", run
    assert run["stages"] == list(COMMANDS[pipeline])
    assert staged(run) == list(COMMANDS[pipeline].items())
    assert run["directives"]["timeout"]
    reported = [event["step"] for event in run["events"] if event["stage"] == "post"]
    reports = {"train-model": ["archiveArtifacts", "deleteDir"], "deploy": []}
    assert reported == reports.get(pipeline, ["junit", "archiveArtifacts", "deleteDir"])


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_stages_run_in_the_ci_image_and_only_those_of_images_have_docker(
    runs: dict[str, Outcome], pipeline: str
) -> None:
    for event in made(runs[pipeline]):
        assert event["container"].endswith(" iris-classifier-ci:jenkins"), event
        of_images = {"Build", "Test image", "SBOM", "Audit", "Push"}
        of_images |= {"Build CI image", "Push CI image"}
        assert ("docker.sock" in event["container"]) == (event["stage"] in of_images), event


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
        assert leaves_nothing(run)


@pytest.mark.parametrize("name", ABORTED)
def test_a_run_that_is_ended_by_hand_cleans_up_and_tries_nothing_again(
    runs: dict[str, Outcome], name: str
) -> None:
    assert runs[name]["result"] == "ABORTED"
    assert commands(runs[name]) == list(COMMANDS[name.partition(":")[0]].values())[:2]
    assert leaves_nothing(runs[name])


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_nothing_of_another_run_is_used_or_reported(
    runs: dict[str, Outcome], pipeline: str
) -> None:
    for name, run in runs.items():
        if name.startswith(pipeline):
            old = [each for each in run["events"] if each["commit"] == "of another run"]
            assert {event["step"] for event in old} == {"deleteDir"}, name
    assert runs[f"{pipeline}: no checkout"]["result"] == "FAILURE"
    assert runs[pipeline]["directives"]["checkout"] == "none"


def test_what_fails_for_want_of_a_network_is_tried_again(runs: dict[str, Outcome]) -> None:
    assert runs["network fails"]["result"] == "SUCCESS"
    assert commands(runs["network fails"]).count("make push") == 3
    assert runs["test fails once"]["result"] == "FAILURE"


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_only_the_step_that_needs_a_secret_has_it(runs: dict[str, Outcome], pipeline: str) -> None:
    for event in runs[pipeline]["events"]:
        environment = event["environment"].items()
        secrets = {name: value for name, value in environment if value.startswith("secret ")}
        expected = SECRET.get(event["stage"], {}) if event["container"] else {}
        assert secrets == (expected if event["value"] not in ("make setup", "stat") else {}), event


def test_no_secret_gets_into_a_log(project: Path) -> None:
    for file in (project / "deploy" / "jenkins").rglob("*"):
        text = file.read_text("utf-8") if file.is_file() else ""
        # In double quotes, Groovy would put a secret's text into the command.
        assert not re.search(r'\bsh\s*\(?"|set -\w*x|printenv|\bsh .*echo', text), file


def test_each_pipeline_is_rehearsed(project: Path) -> None:
    files = sorted(file.stem for file in (project / "deploy" / "jenkins").glob("*.Jenkinsfile"))
    assert files == sorted(COMMANDS)
