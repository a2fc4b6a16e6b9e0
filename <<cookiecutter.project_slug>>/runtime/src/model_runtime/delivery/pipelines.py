"""Pipelines started from here: on Jenkins or on GitHub, each of which tells the run's address."""

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx

from ..errors import ProjectError

TAKES: Mapping[str, tuple[str, ...]] = {
    "continuous-integration": (),
    "train-model": (),
    "build-image": ("version",),
    "deploy": ("environment", "version"),
}
"""The pipelines, and what each is told."""

PATIENCE = 60.0
"""Seconds that a run may wait in Jenkins' queue until its place there is its address."""

_PAUSE = 0.5
_VERSION = re.compile(r"latest|best|[0-9]+|@[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Order:
    """A pipeline to start, and what it is told."""

    pipeline: str
    inputs: Mapping[str, str] = field(default_factory=dict)

    def check(self, environments: tuple[str, ...]) -> None:
        """See that the pipeline exists and can be told this.

        Raises:
            ProjectError: It is not, or can't.
        """
        if self.pipeline not in TAKES:
            raise ProjectError(f"There is no pipeline {self.pipeline!r}; one of {_list(TAKES)}.")
        for name, value in self.inputs.items():
            if name not in TAKES[self.pipeline]:
                raise ProjectError(f"The pipeline {self.pipeline} is told no {name}.")
            if name == "version" and not _VERSION.fullmatch(value):
                raise ProjectError(
                    f"The version {value!r} is none of latest, best, a number or an alias like "
                    "@champion."
                )
            if name == "environment" and value not in environments:
                raise ProjectError(f"The environment {value!r} is none of {_list(environments)}.")


@dataclass(frozen=True)
class Jenkins:
    """A folder of Jenkins that has the pipelines as jobs."""

    url: str

    def start(self, order: Order, patience: float = PATIENCE) -> str:
        """Start a pipeline and return the address of its run, or of its place in the queue.

        Raises:
            ProjectError: Jenkins can't be reached or refuses.
        """
        names = {"version": "MODEL_VERSION", "environment": "ENVIRONMENT"}
        told = {names[name]: value for name, value in order.inputs.items()}
        # A job that has parameters is not started by `build`, and one without not by the other.
        action = "buildWithParameters" if TAKES[order.pipeline] else "build"
        with self._client() as client:
            job = f"{self.url.rstrip('/')}/job/{order.pipeline}"
            answer = _ask(client, "POST", f"{job}/{action}", data=told)
            place = re.search(r"/queue/item/(\d+)/?$", answer.headers.get("location", ""))
            if answer.status_code != httpx.codes.CREATED or not place:
                raise ProjectError(_refused("Jenkins", answer, _JENKINS))
            # By this Jenkins' own address: the user and token go nowhere else.
            item = f"{self.url.partition('/job/')[0].rstrip('/')}/queue/item/{place[1]}/"
            return self._begun(client, item, patience)

    def _client(self) -> httpx.Client:
        user, token = (_secret(name, "Jenkins") for name in ("JENKINS_USER", "JENKINS_TOKEN"))
        return httpx.Client(auth=(user, token), timeout=30)

    def _begun(self, client: httpx.Client, item: str, patience: float) -> str:
        """Wait until a run has left the queue; Jenkins can only be asked again."""
        end = time.monotonic() + patience
        while True:
            answer = _ask(client, "GET", f"{item}api/json")
            if not answer.is_success:
                raise ProjectError(_refused("Jenkins", answer, _JENKINS))
            told = answer.json()
            if told.get("cancelled"):
                raise ProjectError(f"The run was taken out of Jenkins' queue: {item}")
            if run := (told.get("executable") or {}).get("url"):
                return str(run)
            if time.monotonic() > end:
                return item
            time.sleep(_PAUSE)


@dataclass(frozen=True)
class GitHub:
    """A repository on GitHub that has the pipelines as workflows."""

    repository: str
    ref: str = "main"
    api: str = "https://api.github.com"

    def start(self, order: Order) -> str:
        """Start a workflow and return the address of its run.

        Raises:
            ProjectError: GitHub can't be reached or refuses.
        """
        headers = {
            "Authorization": f"Bearer {_secret('GITHUB_TOKEN', 'GitHub')}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        workflow = f"/repos/{quote(self.repository)}/actions/workflows/{order.pipeline}.yml"
        body = {"ref": self.ref, "inputs": dict(order.inputs), "return_run_details": True}
        with httpx.Client(headers=headers, timeout=30) as client:
            answer = _ask(client, "POST", f"{self.api.rstrip('/')}{workflow}/dispatches", json=body)
        if answer.status_code != httpx.codes.OK:
            raise ProjectError(_refused("GitHub", answer, _GITHUB))
        return str(answer.json()["html_url"])


_JENKINS = {
    400: "It learns a pipeline's parameters from its first run: start it once by hand.",
    401: "JENKINS_USER or JENKINS_TOKEN is wrong.",
    403: "The user of JENKINS_USER may not start it.",
    404: "Is jenkins.url in config.yaml the address of the folder that has the jobs?",
}
_GITHUB = {
    204: "It has started the workflow, but is too old to tell the run's address.",
    401: "GITHUB_TOKEN is wrong.",
    403: "GITHUB_TOKEN needs the permission to write Actions.",
    404: "There is no such repository or workflow, or GITHUB_TOKEN may not see it.",
}


def repository_of(remote: str) -> str:
    """Return the owner and name of a repository on GitHub.

    Args:
        remote: Its address, as `git remote get-url` tells it.

    Raises:
        ProjectError: It is none.
    """
    found = re.search(r"[/:]([\w.-]+/[\w.-]+?)(\.git)?/?$", remote)
    if not found:
        raise ProjectError("The repository has no remote on GitHub; set GITHUB_REPOSITORY.")
    return found[1]


def _ask(client: httpx.Client, method: str, url: str, **what: object) -> httpx.Response:
    try:
        return client.request(method, url, **what)  # type: ignore[arg-type]
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProjectError(f"{url} can't be reached: {error}") from error


def _refused(server: str, answer: httpx.Response, reasons: Mapping[int, str]) -> str:
    reason = reasons.get(answer.status_code, answer.text[:200])
    return f"{server} answers {answer.status_code} to {answer.request.url}. {reason}".strip()


def _secret(name: str, server: str) -> str:
    if not (value := os.environ.get(name)):
        raise ProjectError(f"{server} asks for {name}; set it in the environment or in .env.")
    return value


def _list(names: Mapping[str, object] | tuple[str, ...]) -> str:
    return ", ".join(names) or "(none)"
