"""Pipelines rehearsed: executed by JenkinsPipelineUnit, in Groovy as Jenkins transforms it."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from .pipeline_tools import REHEARSAL, java

CHECKS = {
    "Setup": "make setup",
    "Lint": "make lint",
    "Dockerfiles": "make lint-dockerfiles",
    "Test": "make test",
}
COMMANDS = {
    "continuous-integration": {
        **CHECKS,
        "Train": "IRIS_CLASSIFIER_REGISTRY__URI= make train",
        "Test API": "make test-api",
    },
    "train-model": {"Setup": "make setup", "Retrain": "make retrain", "Versions": "make models"},
    "build-image": {
        **CHECKS,
        "Model": "make fetch-model",
        "Build": "make image",
        "Test image": "make image-test",
        "SBOM": "make sbom",
        "Audit": "make audit",
        "Build CI image": "make image-ci",
        "Push CI image": "make push-ci",
        "Push": "make push",
    },
    "deploy": {
        "Setup": "make setup",
        "Model": "make fetch-model",
        "Diff": "make diff",
        "Deploy": "make deploy",
    },
}
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


def made(outcome: Outcome) -> list[Outcome]:
    """Return the events that call make, which are all that a pipeline does with the project."""
    return [each for each in outcome["events"] if re.search(r"\bmake [a-z]", each["value"])]


def commands(outcome: Outcome) -> list[str]:
    """Return what was made; a deployment looks once more at what it is about to change."""
    return [each["value"] for each in made(outcome)]


def staged(outcome: Outcome) -> list[tuple[str, str]]:
    """Return each stage with the last that it made."""
    return list({each["stage"]: each["value"] for each in made(outcome)}.items())


def leaves_nothing(run: Outcome) -> bool:
    """Tell whether the last thing that a run does on an agent is to empty its workspace."""
    last = [event["step"] for event in run["events"] if event["executor"]][-1]
    return bool(last == "deleteDir")


def changed(project: Path, folder: Path, *lines: tuple[str, str]) -> Path:
    """Copy a project's pipelines and its config.yaml, with other lines, into an empty folder."""
    shutil.copytree(project / "deploy" / "jenkins", folder / "deploy" / "jenkins")
    text = (project / "config.yaml").read_text("utf-8")
    for line, other in lines:
        assert text.count(line) == 1, line
        text = text.replace(line, other)
    (folder / "config.yaml").write_text(text, "utf-8")
    return folder
