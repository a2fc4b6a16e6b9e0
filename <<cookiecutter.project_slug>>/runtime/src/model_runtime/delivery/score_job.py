"""Scoring in a cluster, by a job of the chart's that is there for one run.

Its model, image and variables are those of a release: its values, as Helm has kept them.
"""

import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from ..counts import counted
from ..errors import ProjectError
from ..settings import Score
from ..terminal import say
from .chart import chart_folder
from .helm import Helm, HelmError
from .interrupts import Interrupts
from .job_log import follow_job
from .kubectl import Kubectl

_TEMPLATE = "templates/score.yaml"
_GONE_IN = "5m"


def score_in_cluster(release: str, helm: Helm, files: Mapping[str, str], size: Score) -> None:
    """Score files by a job beside a release; nothing of it is left afterwards.

    Args:
        release: Its name.
        helm: In its namespace.
        files: `input` and `output`, as the job's pods reach them.
        size: Workers, and what each pod has.

    Raises:
        ProjectError: There is no such release, pods can't reach the files, or the job fails.
    """
    values = _values(release, helm)
    for file in files.values():
        _check_reached(file, values)
    manifests = _rendered(release, helm, values, files, size)
    job = next(each for each in yaml.safe_load_all(manifests) if each["kind"] == "Job")
    name = job["metadata"]["name"]
    kubectl = Kubectl(helm.namespace)
    say(f"Job {name}: {counted(size.workers, 'worker')}; {_model(job)}.")
    with _there(kubectl, manifests):
        _own(kubectl, name)
        follow_job(kubectl, name, "score")


def _values(release: str, helm: Helm) -> dict[str, Any]:
    """Return the values that a release was given."""
    try:
        found = json.loads(helm.ask("get", "values", release, "--output", "json"))
    except HelmError as error:
        raise ProjectError(
            f"There is no release {release} in {helm.namespace}, whose model would score: `make "
            "deploy` first, or name another, RELEASE=… NAMESPACE=…."
        ) from error
    return found or {}


def _check_reached(file: str, values: Mapping[str, Any]) -> None:
    """See that a pod can reach what is named: at an address, or on a volume that it has.

    Raises:
        ProjectError: It is a file of this machine.
    """
    volumes = values.get("deployment", {}).get("volumes", [])
    places = [PurePosixPath(each["mount_path"]) for each in volumes]
    if "://" not in file and not any(PurePosixPath(file).is_relative_to(each) for each in places):
        raise ProjectError(
            f"{file} is of this machine, and pods of the cluster don't have it: name an address "
            "such as s3://bucket/…, or a path on a volume in deployment.volumes."
        )


def _rendered(
    release: str, helm: Helm, values: Mapping[str, Any], files: Mapping[str, str], size: Score
) -> str:
    """Return the manifests of one run, which has a name of its own."""
    own = {
        "deployment": {"score": size.model_dump(mode="json")},
        "global": {"score": {"id": secrets.token_hex(3), **files}},
    }
    with tempfile.TemporaryDirectory() as folder:
        chart, words = with_job(chart_folder(), Path(folder)), []
        for number, given in enumerate((values, own)):
            file = Path(folder, f"{number}.json")
            file.write_text(json.dumps(given), "utf-8")
            words += ["--values", str(file)]
        return helm.ask("template", release, str(chart), *words, "--show-only", _TEMPLATE)


def with_job(chart: Path, folder: Path) -> Path:
    """Return a copy of a chart in a folder, with the template of the job, which no release has."""
    text = (resources.files(__package__ or "") / "score_job.yaml").read_text("utf-8")
    copy = shutil.copytree(chart, folder / chart.name)
    (copy / _TEMPLATE).write_text(text.replace("CHART.", f"{chart.name}."), "utf-8")
    return copy


def _model(job: Mapping[str, Any]) -> str:
    """Return in words which model the pods of a job get, as the release does."""
    (bring,) = job["spec"]["template"]["spec"]["initContainers"]
    if bring["name"] == "copy-model":
        return f"the model of {bring['image']}"
    return f"the model {bring['command'][-1]} of the registry"


@contextmanager
def _there(kubectl: Kubectl, manifests: str) -> Iterator[None]:
    """Make objects for a block; they are gone after it, whatever has ended it."""
    try:
        kubectl.ask("create", "--filename", "-", given=manifests)
        yield
    finally:
        words = ("--ignore-not-found", "--cascade=foreground", f"--timeout={_GONE_IN}")
        with Interrupts().kept():
            kubectl.ask("delete", *words, "--filename", "-", given=manifests, apart=True)


def _own(kubectl: Kubectl, name: str) -> None:
    """Let what a job needs go with it, where this process doesn't live to remove it."""
    uid = kubectl.ask("get", "job", name, "--output", "jsonpath={.metadata.uid}")
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": uid}
    patch = json.dumps({"metadata": {"ownerReferences": [owner]}})
    for kind in ("service", "networkpolicy"):
        kubectl.ask("patch", kind, name, "--type", "merge", "--patch", patch)
