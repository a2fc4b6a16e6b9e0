"""Programs of Go's module proxy that tests need, each built once into the tools' cache.

`python -m tests.delivery.go_programs` builds those that take long: half an hour on two cores, once.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from .control_plane.programs import programs
from .go_modules import copied
from .pipeline_tools import compose, installed

PODMAN = "github.com/containers/podman/v5@v5.7.1"
KUBERNETES = "37"
"""Helm's releases are told at build which minor version of Kubernetes they render for."""


def _built(name: str, module: str, *told: str) -> Path:
    """Return the folder of a program, built if no earlier run has done so; `told` are variables."""
    if not shutil.which("go"):
        pytest.skip(f"{name} is built by Go 1.26 or later, which is not here")

    def install(folder: Path) -> None:
        flags = " ".join(["-s -w", *(f"-X {each}" for each in told)])
        command = ["go", "install", "-ldflags", flags, f"{module}@v{name.rpartition('-')[2]}"]
        own = {"GOBIN": str(folder), "CGO_ENABLED": "0"}
        subprocess.run(command, env=os.environ | own, check=True, capture_output=True, text=True)

    return installed(name, install)


@cache
def registry_binary() -> Path:
    """Return the program of a registry for images and charts, the specification's own."""
    module = "github.com/distribution/distribution/v3/cmd/registry"
    return _built("distribution-3.0.0", module) / "registry"


@cache
def helm_binary() -> Path:
    """Return Helm 3, which the tests use where nothing else is said."""
    packages = ("chartutil", "lint/rules")
    told = [
        f"helm.sh/helm/v3/pkg/{package}.k8sVersion{part}"
        for package in packages
        for part in ("Major=1", f"Minor={KUBERNETES}")
    ]
    return _built("helm-3.22.0", "helm.sh/helm/v3/cmd/helm", *told) / "helm"


@cache
def helm_4_binary() -> Path:
    """Return Helm 4, beside which the tests' own Helm 3 stays."""
    return _built("helm-4.3.1", "helm.sh/helm/v4/cmd/helm") / "helm"


@cache
def quadlet() -> Path:
    """Return podman's generator of systemd's units, built in seconds.

    `go install` asks for all versions of a module, and there are proxies that don't list podman's.
    """

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


if __name__ == "__main__":
    for find in (programs, helm_binary, helm_4_binary, registry_binary, compose):
        try:
            print(find(), flush=True)
        except pytest.skip.Exception as reason:
            print(f"notice: {reason}; the tests that need it will be skipped.", flush=True)
