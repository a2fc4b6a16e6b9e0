"""Programs of Go's module proxy that tests need, each built once into the tools' cache.

`python -m tests.delivery.go_programs` builds what is missing: 7 minutes of one core, once.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from .pipeline_tools import installed

REGISTRY = "github.com/distribution/distribution/v3/cmd/registry@v3.0.0"
HELM_4 = "helm.sh/helm/v4/cmd/helm@v4.3.1"


def _built(name: str, module: str) -> Path:
    """Return the folder of a program, built if no earlier run has done so."""
    if not shutil.which("go"):
        pytest.skip(f"{name} is built by Go 1.26 or later, which is not here")

    def install(folder: Path) -> None:
        command = ["go", "install", "-ldflags", "-s -w", module]
        own = {"GOBIN": str(folder), "CGO_ENABLED": "0"}
        subprocess.run(command, env=os.environ | own, check=True, capture_output=True, text=True)

    return installed(name, install)


@cache
def registry_binary() -> Path:
    """Return the program of a registry for images and charts, the specification's own."""
    return _built("distribution-3.0.0", REGISTRY) / "registry"


@cache
def helm_4_binary() -> Path:
    """Return Helm 4, beside which the tests' own Helm 3 stays."""
    return _built("helm-4.3.1", HELM_4) / "helm"


if __name__ == "__main__":
    for binary in (registry_binary, helm_4_binary):
        try:
            print(binary())
        except pytest.skip.Exception as reason:
            print(f"notice: {reason}; the tests that need it will be skipped.")
