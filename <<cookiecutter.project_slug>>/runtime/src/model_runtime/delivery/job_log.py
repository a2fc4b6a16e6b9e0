"""The end of an Indexed Job, and until then the log of its first pod."""

import json
import time
from functools import cache
from typing import Any

from ..errors import ProjectError
from ..terminal import say
from .kubectl import Kubectl
from .patience import Patience
from .pod_log import PodLog

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
    log_of = cache(lambda pod: PodLog(kubectl, pod, container))
    said, patience = "", Patience()
    while True:
        job, pods = _state(name, _seen(kubectl, name, patience))
        begun = [pod for pod in pods if _started(pod)]
        for pod in begun:
            # A node that is lost does not tell that its containers have ended.
            ended = _is_over(job) or _terminated(pod, container)
            log_of(pod["metadata"]["name"]).follow(ended=ended)
        for waits in filter(None, map(_waits, pods)):
            if waits != said:
                said = waits
                say(waits, "dim")
        if all(log_of(pod["metadata"]["name"]).done for pod in begun) and _ended(job):
            return
        time.sleep(_LOOK_S)


def _seen(kubectl: Kubectl, name: str, patience: Patience) -> str:
    """Return a job and its pods as the cluster tells them, once it does.

    Raises:
        ProjectError: It has not done so for too long.
    """
    words = ("--selector", f"{_LABEL}/job-name={name}", "--output", "json")
    while True:
        try:
            found = kubectl.ask("get", "jobs,pods", *words)
        except ProjectError as error:
            if patience.over:
                raise
            if not patience.tried:
                say(f"{error} The job goes on; the cluster is asked again.", "dim")
            patience.fail()
        else:
            patience.renew()
            return found
        time.sleep(_LOOK_S)


def _state(name: str, told: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a job and the pods of its index 0, the newest last."""
    found = json.loads(told)["items"]
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


def _terminated(pod: dict[str, Any], container: str) -> bool:
    every = pod["status"].get("containerStatuses", [])
    return any("terminated" in each["state"] for each in every if each["name"] == container)


def _waits(pod: dict[str, Any]) -> str:
    """Return the reason for which a pod has not begun, if it says one."""
    status = pod["status"]
    every = [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]
    reasons = [each["state"].get("waiting", {}) for each in every]
    reasons += [each for each in status.get("conditions", []) if each["status"] == "False"]
    told = [f"{each['reason']}: {each['message']}" for each in reasons if each.get("message")]
    return f"Waiting; {told[0]}" if told and not _started(pod) else ""


def _is_over(job: dict[str, Any]) -> bool:
    """Tell whether a job has come to its end, a good one or another."""
    every = job["status"].get("conditions", [])
    return any(each["status"] == "True" and each["type"] in _GOOD | _BAD for each in every)


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
