"""Azure's pipelines as Azure DevOps reads them, and its schema of them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema_rs import Draft7Validator, validator_for

from tests.delivery.pipeline_tools import validators

NAMES = ("continuous-integration", "train-model", "build-image", "deploy", "ci-image")


@cache
def schema() -> Draft7Validator:
    """Return the schema that Microsoft's language service has, as check-jsonschema carries it."""
    pattern = (
        "lib/python*/site-packages/check_jsonschema/builtin_schemas/vendor/azure-pipelines.json"
    )
    (file,) = validators().parent.glob(pattern)
    validator = validator_for(json.loads(file.read_text("utf-8")))
    assert isinstance(validator, Draft7Validator)
    return validator


def pipeline(project: Path, name: str) -> dict[str, Any]:
    """Return a project's pipeline."""
    file = project / "deploy" / "azure" / "pipelines" / f"{name}.yml"
    read: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return read


def fits(found: dict[str, Any]) -> bool:
    """Tell whether a pipeline fits the schema, to which all but a task's inputs are texts."""
    return bool(schema().is_valid(_texts(found)))


def _texts(found: Any, *, inputs: bool = False) -> Any:
    if isinstance(found, dict):
        return {key: _texts(each, inputs=inputs or key == "inputs") for key, each in found.items()}
    if isinstance(found, list):
        return [_texts(each, inputs=inputs) for each in found]
    return found if inputs else str(found).lower() if isinstance(found, bool) else str(found)


def jobs(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the jobs of a pipeline."""
    for stage in found["stages"]:
        yield from stage["jobs"]


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a job's steps; a deployment has them further inside."""
    listed: list[dict[str, Any]]
    listed = job.get("steps") or job["strategy"]["runOnce"]["deploy"]["steps"]
    return listed


def script(step: dict[str, Any]) -> str:
    """Return what a step hands to bash; nothing where it does something else."""
    return str(step.get("bash") or step.get("inputs", {}).get("inlineScript") or "")
