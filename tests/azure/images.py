"""Images that a release runs, as services at the stand-in, and the infrastructure around them."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from model_azure import arm as own_arm
from model_azure import service_check
from model_azure.settings import FILE

from tests.azure.commands import run
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.messages import Answer, Request

EXPECTED = [0.25, 0.75]


class Images:
    """Images that answer as services do; a bad one is ready, and answers other numbers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.bad: set[str] = set()
        self.key = ""

    def __call__(self, image: str, request: Request) -> Answer:
        tag = image.rpartition(":")[2]
        self.asked.append(f"{tag} {request.host.partition('.')[0]} {request.path}")
        if request.path == "/readyz":
            return Answer(200, {})
        if self.key and request.headers.get("x-api-key") != self.key:
            return Answer(401, {"title": "Unauthorized"})
        if request.path == "/api/info":
            test = {"request": {"a": 1}, "outputs": EXPECTED}
            return Answer(200, {"metadata": {"version": int(tag), "self_test": test}})
        numbers = [0.5, 0.5] if tag in self.bad else EXPECTED
        return Answer(200, dict(zip("ab", numbers, strict=True)))


@pytest.fixture
def images(azure: StandIn, project: Path, monkeypatch: pytest.MonkeyPatch) -> Images:
    """The infrastructure is made, and config.yaml names its registry; nothing waits long."""
    for module in (own_arm, service_check):
        monkeypatch.setattr(module, "EVERY_S", 0.001)
    monkeypatch.setattr("model_azure.deployment.EVERY_S", 0.001)
    monkeypatch.setattr(service_check, "PATIENCE_S", 1.0)
    repository = infrastructure(azure)
    config = project / "config.yaml"
    config.write_text(
        re.sub(r"(?m)^  repository: .*$", f"  repository: {repository}", config.read_text())
    )
    found = Images()
    azure.container_apps.serves = azure.containers.serves = found
    azure.calls.clear()
    return found


_made: list[Any] = []


def infrastructure(azure: StandIn) -> str:
    """Make the infrastructure, once for all tests here, and return the image's repository."""
    azure.arm.resources.clear()
    azure.deployments.at_once = 100
    if not _made:
        output = run("infra")
        (repository,) = re.findall(r"repository: (.*)", output)
        _made.extend([repository, deepcopy(azure.arm.resources), azure.deployments.running])
    azure.arm.resources |= deepcopy(_made[1])
    azure.deployments.running |= _made[2]
    return str(_made[0])


def choose(kind: str) -> None:
    """Let azure.yaml say another kind of service."""
    text = FILE.read_text().replace("kind: container-apps ", f"kind: {kind} ")
    FILE.write_text(text)
