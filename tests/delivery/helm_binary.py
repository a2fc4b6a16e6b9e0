"""Helm, built from its Go module into the tools' cache and kept there between runs."""

import fcntl
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tools.examples import ROOT

VERSION = "3.22.0"
MODULE = f"helm.sh/helm/v3/cmd/helm@v{VERSION}"
KUBERNETES = "37"
"""Helm's releases are told at build which minor version of Kubernetes they render for."""

FOLDER = ROOT / ".tools" / f"helm-{VERSION}"


@cache
def helm_binary() -> Path:
    """Return Helm's path; skip the test where it can't be had, but on CI with Go fail."""
    if not shutil.which("go"):
        pytest.skip("Helm is built by Go 1.26 or later, which is not here")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "helm").is_file():
            _build()
    return FOLDER / "helm"


def _build() -> None:
    minor = [
        f"-X helm.sh/helm/v3/pkg/{package}.k8sVersion{part}"
        for package in ("chartutil", "lint/rules")
        for part in ("Major=1", f"Minor={KUBERNETES}")
    ]
    built = subprocess.run(
        ["go", "install", "-ldflags", f"-s -w {' '.join(minor)}", MODULE],
        cwd=FOLDER,
        env=os.environ | {"GOBIN": str(FOLDER), "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
    )
    if built.returncode and not os.environ.get("CI"):
        pytest.skip(f"Helm could not be built: {built.stderr[-500:]}")
    assert built.returncode == 0, built.stderr


def helm(
    *arguments: object, cwd: Path, kubeconfig: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Helm in a folder, whatever comes of it; without a kubeconfig it has no cluster."""
    return subprocess.run(
        [*map(str, (helm_binary(), *arguments))],
        cwd=cwd,
        env=os.environ | {"KUBECONFIG": str(kubeconfig or "none")},
        capture_output=True,
        text=True,
    )
