"""Helm, built from its Go module once, and kept between runs."""

import os
import subprocess
from functools import cache
from pathlib import Path

from .pipeline_tools import installed

VERSION = "3.22.0"
MODULE = f"helm.sh/helm/v3/cmd/helm@v{VERSION}"
KUBERNETES = "37"
"""Helm's releases are told at build which minor version of Kubernetes they render for."""


@cache
def helm_binary() -> Path:
    """Return Helm's path; skip the test where it can't be had, but on CI with Go fail."""
    return installed(f"helm-{VERSION}", _build) / "helm"


def _build(folder: Path) -> None:
    minor = [
        f"-X helm.sh/helm/v3/pkg/{package}.k8sVersion{part}"
        for package in ("chartutil", "lint/rules")
        for part in ("Major=1", f"Minor={KUBERNETES}")
    ]
    subprocess.run(
        ["go", "install", "-ldflags", f"-s -w {' '.join(minor)}", MODULE],
        env=os.environ | {"GOBIN": str(folder), "CGO_ENABLED": "0"},
        check=True,
        capture_output=True,
        text=True,
    )


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
