"""Kinds of others than Kubernetes, by the definitions in their own Go modules."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.examples import ROOT

from .api import Api, Object

MODULES = {
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    ),
    "sigs.k8s.io/gateway-api@v1.6.3": (
        "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
    ),
}
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def define(api: Api) -> None:
    """Make the kinds known to a cluster."""
    for module, files in MODULES.items():
        folder = _folder(module)
        for file in files:
            api.create(DEFINITIONS, yaml.load((folder / file).read_text("utf-8"), yaml.CSafeLoader))


def _folder(module: str) -> Path:
    """Return a module's folder, which Go keeps; skip the test without it, but on CI fail."""
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True)
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"{module} could not be got: {done.stdout}{done.stderr}")
    assert not done.returncode, done.stdout + done.stderr
    return Path(json.loads(done.stdout)["Dir"])


def established(api: Api) -> bool:
    """Tell whether the cluster serves all kinds that were defined."""
    found: list[Object] = api.objects(DEFINITIONS)
    return all(
        any(
            each["type"] == "Established" and each["status"] == "True"
            for each in definition["status"].get("conditions") or []
        )
        for definition in found
    )
