"""Jenkins' pipelines as they are configured, as they deploy, and what Jenkins refuses."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.projects import Baked

from .rehearsal import Outcome, changed, commands, leaves_nothing, made, rehearse, scenario

PRODUCTION = {"ENVIRONMENT": "production"}
SCENARIOS = {
    "staging": scenario("deploy"),
    "train-model": scenario("train-model"),
    "yes to production": scenario("deploy", "yes", parameters=PRODUCTION, commits=["one", "two"]),
    "no to production": scenario("deploy", "no", parameters=PRODUCTION),
    "another deployed": scenario(
        "deploy", "yes", parameters=PRODUCTION, outputs={"make diff": ["1 to 3", "2 to 3"]}
    ),
    "unknown environment": scenario("deploy", parameters={"ENVIRONMENT": "moon"}),
}
CONFIGURED = {
    "none": [('  image: ""', "  image: none")],
    "own/ci:1": [('  image: ""', "  image: own/ci:1")],
    "mirror": [
        ('  base: ""', "  base: mirror/python"),
        ("  system_packages: []", "  system_packages: [libgomp1, libpq5]"),
    ],
}
"""Lines of config.yaml, each with the one in its place."""


CI, SHARED = "continuous-integration.Jenkinsfile", "project.groovy"
WRONG = {
    "steps without a block": (
        CI,
        "            steps {\n                deleteDir()\n                checkout scm\n",
        "deleteDir()\n            steps {\n                checkout scm\n",
    ),
    "an unknown step": (CI, "sh 'make lint'", "shell 'make lint'"),
    "an option that is a trigger": (CI, "timeout(time: 1", "cron(time: 1"),
    "a brace too few": (CI, "stage('Lint') {", "stage('Lint') "),
    "a step without an agent": (CI, "agent any", "agent none"),
    "two stages of one name": (CI, "stage('Train')", "stage('Test')"),
    "synchronized": (
        SHARED,
        "    return readYaml(",
        "    synchronized (this) { }\n    return readYaml(",
    ),
    "a closure for plain Java": (
        SHARED,
        "    return readYaml(",
        "    [2, 1].toSorted { one, two -> one - two }\n    return readYaml(",
    ),
    "a variable that can't be saved": (
        SHARED,
        "    inside {",
        "    def found = 'make' =~ /make/\n    inside {",
    ),
}
"""Mistakes: a file, a text of it, and the one in its place. Plain Groovy runs the last three."""


NAMED = {
    "synchronized": "synchronized",
    "a closure for plain Java": "toSorted",
    "a variable that can't be saved": "NotSerializableException: java.util.regex.Matcher",
}
"""Words of the reasons, where another mistake might have been found."""


@pytest.fixture(scope="module")
def runs(
    project: Path, baked: Baked, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """Each scenario's outcome, all by one start of Java."""
    without_ids = scenario("build-image", folder=str(baked()))
    configured = {
        name: scenario(
            "build-image",
            folder=str(changed(project, tmp_path_factory.mktemp("configured"), *lines)),
        )
        for name, lines in CONFIGURED.items()
    }
    wrong = {
        name: scenario("continuous-integration", folder=str(spoiled(project, folder, name)))
        for name in WRONG
        for folder in [tmp_path_factory.mktemp("wrong")]
    }
    scenarios = {**SCENARIOS, "no ids": without_ids, **configured, **wrong}
    return dict(zip(scenarios, rehearse(project, *scenarios.values()), strict=True))


def spoiled(project: Path, folder: Path, name: str) -> Path:
    """Copy a project's pipelines, one of them with a mistake."""
    where, right, wrong = WRONG[name]
    file = changed(project, folder) / "deploy" / "jenkins" / where
    text = file.read_text("utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong))
    return folder


def test_stages_run_in_another_image_or_on_the_agent_itself_if_config_yaml_says_so(
    runs: dict[str, Outcome],
) -> None:
    assert {event["container"] for event in made(runs["none"])} == {None}
    assert all(event["container"].endswith(" own/ci:1") for event in made(runs["own/ci:1"]))
    for name in ("none", "own/ci:1"):
        assert runs[name]["result"] == "SUCCESS"
        assert not [each for each in runs[name]["events"] if "docker build" in each["value"]]


def docker_build(run: Outcome, folder: Path) -> list[str]:
    """Return what a run's own command hands docker, by a shell and a stand-in that repeats it."""
    (event,) = [each for each in run["events"] if "docker build" in each["value"]]
    docker = folder / "docker"
    docker.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    docker.chmod(0o755)
    told = event["environment"] | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    command = ["sh", "-xe", "-c", event["value"]]
    return subprocess.run(
        command, env=told, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_the_ci_image_is_built_as_config_yaml_says(
    runs: dict[str, Outcome], tmp_path: Path
) -> None:
    target = ["build", "--target", "pipelines", "--tag", "iris-classifier-ci:jenkins"]
    target += ["--file", "deploy/docker/ci.Dockerfile", "--build-arg"]
    plain = docker_build(runs["train-model"], tmp_path)
    assert plain == [*target, "SYSTEM_PACKAGES=", "."]
    other = ["--build-context", "base=docker-image://mirror/python", "."]
    told = docker_build(runs["mirror"], tmp_path)
    assert told == [*target, "SYSTEM_PACKAGES=libgomp1 libpq5", *other]


def test_production_asks_and_staging_does_not(runs: dict[str, Outcome]) -> None:
    yes, no = runs["yes to production"], runs["no to production"]
    steps = [event["step"] for event in yes["events"]]
    assert yes["result"] == "SUCCESS"
    deployed = next(each for each in yes["events"] if each["value"] == "make deploy")
    assert steps.index("input") < yes["events"].index(deployed)
    assert deployed["environment"]["KUBECONFIG"] == "secret kubeconfig-production"
    assert deployed["environment"]["NAMESPACE"] == "production"
    assert no["result"] == "ABORTED"
    assert "make diff" in commands(no)
    assert "make deploy" not in commands(no)
    assert leaves_nothing(no)
    assert "input" not in [event["step"] for event in runs["staging"]["events"]]


def test_who_waits_for_an_answer_or_for_its_turn_holds_no_executor(
    runs: dict[str, Outcome],
) -> None:
    run = runs["yes to production"]
    waits = [each for each in run["events"] if each["step"] in ("input", "lock")]
    assert [each["step"] for each in waits] == ["input", "lock"]
    assert not any(each["executor"] for each in waits)
    # Another environment's deployments have another lock.
    assert waits[1]["value"] == "iris-classifier-production"
    assert "alone" not in run["directives"]


def test_what_is_deployed_is_what_was_shown(runs: dict[str, Outcome]) -> None:
    run = runs["yes to production"]
    shown = next(each for each in run["events"] if each["value"] == "make diff")
    deployed = next(each for each in run["events"] if each["value"] == "make deploy")
    assert shown["commit"] == deployed["commit"] == "one"  # the branch has gone on to two
    assert commands(run).count("make fetch-model") == 1
    assert {"model_bin/**", "build/*.json"} < set(deployed["files"])


def test_a_deployment_in_between_makes_an_approval_void(runs: dict[str, Outcome]) -> None:
    run = runs["another deployed"]
    assert run["result"] == "FAILURE"
    assert "the environment has changed since" in run["why"]
    assert commands(run).count("make diff") == 2
    assert "make deploy" not in commands(run)


def test_an_environment_that_config_yaml_does_not_have_is_named(runs: dict[str, Outcome]) -> None:
    run = runs["unknown environment"]
    assert run["result"] == "FAILURE"
    assert "config.yaml has no jenkins.environments.moon" in run["why"]
    assert "make diff" not in commands(run)


def test_without_ids_no_credentials_are_asked_for(runs: dict[str, Outcome]) -> None:
    run = runs["no ids"]
    assert run["result"] == "SUCCESS"
    given = {"VERSION", "JUNIT", "IF_NEEDED", "CI_IMAGE", "BASE", "PACKAGES"}
    assert all(set(event["environment"]) <= given for event in run["events"])


@pytest.mark.parametrize("name", WRONG)
def test_the_rehearsal_refuses_what_jenkins_would(runs: dict[str, Outcome], name: str) -> None:
    assert runs[name]["result"] == "REFUSED", runs[name]
    assert NAMED.get(name, "") in runs[name]["why"]
