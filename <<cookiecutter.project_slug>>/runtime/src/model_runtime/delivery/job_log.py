"""The end of an Indexed Job, and until then the log of its first pod."""

import json
import time
from typing import Any

from ..errors import ProjectError
from ..terminal import say
from .kubectl import Kubectl

_LABEL = "batch.kubernetes.io"
_LOOK_S = 1.0
_GOOD = {"SuccessCriteriaMet", "Complete"}
_BAD = {"FailureTarget", "Failed"}


def follow_job(kubectl: Kubectl, name: str, container: str) -> None:
    """Show what index 0 of a job says, and what it waits for, until the job's end.

    Args:
        kubectl: In the job's namespace.
        name: The job's.
        container: Its own in each pod.

    Raises:
        ProjectError: It failed.
    """
    shown: set[str] = set()
    said = ""
    while True:
        job, pods = _state(kubectl, name)
        for pod in pods:
            if pod["metadata"]["name"] not in shown and _started(pod):
                shown.add(pod["metadata"]["name"])
                words = ("--follow", "--container", container)
                kubectl.show("logs", pod["metadata"]["name"], *words)
            elif (waits := _waits(pod)) and waits != said:
                said = waits
                say(waits, "dim")
        if _ended(job):
            return
        time.sleep(_LOOK_S)


def _state(kubectl: Kubectl, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a job and the pods of its index 0, the newest last."""
    selector = f"{_LABEL}/job-name={name}"
    found = json.loads(kubectl.ask("get", "jobs,pods", "--selector", selector, "--output", "json"))[
        "items"
    ]
    jobs = [each for each in found if each["kind"] == "Job"]
    if not jobs:
        raise ProjectError(f"The job {name} is gone: somebody has removed it.")
    index = f"{_LABEL}/job-completion-index"
    pods = [
        each
        for each in found
        if each["kind"] == "Pod" and each["metadata"]["labels"].get(index) == "0"
    ]
    return jobs[0], sorted(pods, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))


def _started(pod: dict[str, Any]) -> bool:
    states = [each["state"] for each in pod["status"].get("containerStatuses", [])]
    return any("running" in state or "terminated" in state for state in states)


def _waits(pod: dict[str, Any]) -> str:
    """Return the reason for which a pod has not begun, if it says one."""
    status = pod["status"]
    every = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    reasons = [each["state"].get("waiting", {}) for each in every]
    reasons += [each for each in status.get("conditions", []) if each["status"] == "False"]
    told = [f"{each['reason']}: {each['message']}" for each in reasons if each.get("message")]
    return f"Waiting; {told[0]}" if told and not _started(pod) else ""


def _ended(job: dict[str, Any]) -> bool:
    """Tell whether a job has come to a good end.

    Raises:
        ProjectError: It has come to another one.
    """
    for each in job["status"].get("conditions", []):
        if each["status"] == "True" and each["type"] in _BAD:
            raise ProjectError(
                f"The job failed ({each.get('reason')}: {each.get('message')}); above is why."
            )
        if each["status"] == "True" and each["type"] in _GOOD:
            return True
    return False
