"""`make azure-release` on Container Instance, and what any release refuses beforehand."""

import re
from pathlib import Path

from tests.azure.commands import run
from tests.azure.images import Images, choose, images
from tests.azure.stand_in import StandIn

__all__ = ["images"]


def test_container_instance_is_replaced_and_taken_back(azure: StandIn, images: Images) -> None:
    choose("container-instance")
    assert "Container Instance has no TLS" in run("release", "--tag", "1")
    assert ":1 at http://iris-classifier.westeurope.azurecontainer.io:8000: version 1" in run(
        "release", "--tag", "1"
    )
    images.bad.add("2")
    output = run("release", "--tag", "2", code=1)
    assert ":1 runs again, as before." in output
    assert _container(azure) == "1"
    assert "Nothing ran before" in run("release", "--rollback", code=1)
    images.bad.clear()
    run("release", "--tag", "2")
    run("release", "--tag", "2")
    assert ":1 at http://" in run("release", "--rollback")
    assert _container(azure) == "1"


def _container(azure: StandIn) -> str:
    kind = "Microsoft.ContainerInstance/containerGroups"
    (group,) = [each for each in azure.arm.resources.values() if each["type"] == kind]
    image: str = group["properties"]["containers"][0]["properties"]["image"]
    return image.rpartition(":")[2]


def test_what_is_missing_is_told_first(azure: StandIn, images: Images) -> None:
    azure.deployments.running.clear()
    assert "make azure-infra" in run("release", "--tag", "1", code=1)


def test_what_does_not_fit_is_told_first(azure: StandIn, images: Images) -> None:
    config = Path("config.yaml")
    config.write_text(re.sub(r"repository: \S+/", "repository: elsewhere.io/", config.read_text()))
    assert "the service may pull from" in run("release", "--tag", "1", code=1)
    choose("none")
    assert "service.kind in deploy/azure/azure.yaml is none" in run("release", code=1)
