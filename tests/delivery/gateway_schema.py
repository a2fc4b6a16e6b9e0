"""The schema of Gateway API's HTTPRoute from its own Go module, which Go keeps between runs."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tools.examples import ROOT

MODULE = "sigs.k8s.io/gateway-api@v1.6.3"
DEFINITION = Path("config/crd/standard/gateway.networking.k8s.io_httproutes.yaml")


@cache
def route_definition() -> Path:
    """Return the CustomResourceDefinition; skip the test without Go, but on CI with Go fail."""
    if not shutil.which("go"):
        pytest.skip("Gateway API's schemas are a Go module, and Go is not here")
    command = ["go", "mod", "download", "-json", MODULE]
    done = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True)
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"{MODULE} could not be got: {done.stdout}{done.stderr}")
    assert not done.returncode, done.stdout + done.stderr
    return Path(json.loads(done.stdout)["Dir"]) / DEFINITION


@cache
def _validator() -> jsonschema_rs.Validator:
    definition = yaml.load(route_definition().read_text("utf-8"), yaml.CSafeLoader)
    (version,) = [each for each in definition["spec"]["versions"] if each["name"] == "v1"]
    return jsonschema_rs.validator_for(_closed(version["schema"]["openAPIV3Schema"]))


def _closed(node: Any) -> Any:
    """Return a schema by which unknown fields are findings: the API would drop them in silence."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {"additionalProperties": False} if {"properties", "type"} <= node.keys() else {}
    return closed | {key: _closed(value) for key, value in node.items()}


def route_findings(route: dict[str, Any]) -> list[str]:
    """Return what the schema says against an HTTPRoute."""
    found = _validator().iter_errors(route)
    return [f"{list(error.instance_path)}: {error.message}" for error in found]
