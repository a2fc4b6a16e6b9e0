"""Programs of Go's module proxy that tests need, each built once into the tools' cache.

`python -m tests.delivery.go_programs` builds what is missing: 7 minutes of one core, once.
"""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from .pipeline_tools import installed

REGISTRY = "github.com/distribution/distribution/v3/cmd/registry@v3.0.0"
HELM_4 = "helm.sh/helm/v4/cmd/helm@v4.3.1"
PODMAN = "github.com/containers/podman/v5@v5.7.1"


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


@cache
def quadlet() -> Path:
    """Return podman's generator of systemd's units."""

    def install(folder: Path) -> None:
        source = copied(PODMAN, folder)
        tags = "exclude_graphdriver_btrfs containers_image_openpgp"
        command = ["go", "build", "-ldflags", "-s -w", "-tags", tags, "-o"]
        own = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
        subprocess.run(
            [*command, str(folder), "./cmd/quadlet"],
            cwd=source,
            env=os.environ | own,
            check=True,
            capture_output=True,
            text=True,
        )
        shutil.rmtree(source)

    return installed("quadlet-5.7.1", install) / "quadlet"


def copied(module: str, folder: Path) -> Path:
    """Copy a module's source below a folder: Go's own copy can't be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    copy = folder / "source"
    shutil.copytree(json.loads(done.stdout)["Dir"], copy, copy_function=shutil.copyfile)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copy


if __name__ == "__main__":
    for binary in (registry_binary, helm_4_binary, quadlet):
        try:
            print(binary())
        except pytest.skip.Exception as reason:
            print(f"notice: {reason}; the tests that need it will be skipped.")
