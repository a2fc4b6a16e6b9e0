"""A release on AKS: the project's chart, by Helm, with credentials that nobody else gets."""

import base64
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from model_runtime.errors import ProjectError

from ..cloud import refusals_told
from .service import Service

VERSION = "2026-08-01"


def release(service: Service, tag: str | None) -> str:
    """Let the cluster pull images, and run `make deploy` in it.

    Raises:
        ProjectError: The cluster isn't there, or Helm fails, as it has said.
    """
    _allow(service)
    _run(service, "deploy", *(["--tag", tag] if tag else []))
    return f"The chart's release runs in {_name(service)}"


def roll_back(service: Service) -> str:
    """Run `make rollback-release` in the cluster."""
    _run(service, "rollback-release")
    return f"The chart's release in {_name(service)} runs what it ran before"


def _name(service: Service) -> str:
    return service.azure.service.cluster.rpartition("/")[2]


def _allow(service: Service) -> None:
    """Give the identity by which nodes pull images the role for it."""
    place = service.azure.service.cluster
    with refusals_told("looking at the cluster"):
        found = service.arm.get(place, VERSION)
    if found is None:
        raise ProjectError(f"There is no cluster {place}; service.cluster in azure.yaml names it.")
    profile = found["properties"].get("identityProfile") or {}
    if not (kubelet := profile.get("kubeletidentity")):
        raise ProjectError(f"{place} has no identity by which its nodes pull images.")
    service.deploy(kubeletId=kubelet["objectId"])


def _run(service: Service, *words: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "kubeconfig"
        file.touch(mode=0o600)
        file.write_bytes(_credentials(service))
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "model_runtime", *words],
            env=os.environ | {"KUBECONFIG": str(file)},
            check=False,
        )
    if done.returncode:
        raise ProjectError(f"{words[0]} failed in {_name(service)}, as said above.")


def _credentials(service: Service) -> bytes:
    """Return a kubeconfig for who is signed in; with Entra's sign-in, kubelogin has to be there."""
    place = f"{service.azure.service.cluster}/listClusterUserCredential"
    with refusals_told("getting the cluster's credentials"):
        found = service.arm.post(place, VERSION)
    return base64.b64decode(found["kubeconfigs"][0]["value"])
