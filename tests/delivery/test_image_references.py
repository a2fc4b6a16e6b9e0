"""Images of other people: each by its registry and version, and in the table of checked ones."""

import re
from pathlib import Path

import pytest

from tests.support.files import texts
from tools.examples import ROOT

CHECKED = ROOT / "docs" / "what-was-run.md"
REGISTRIES = r"(?:docker\.io|docker\.elastic\.co|ghcr\.io|quay\.io|registry\.k8s\.io)"
REFERENCE = re.compile(rf"\b{REGISTRIES}/[\w./-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?")
SHORT = re.compile(r"^(?:FROM|COPY --from=|\s*image:) *([a-z][\w.-]*(?:/[\w.-]+)*:[\w.-]+)", re.M)
CHANNEL = re.compile(r"_channel: (\S+)")
DELIVERY = re.compile(r"(deploy|\.github)/|config\.yaml|runtime/src/model_runtime/settings/")


@pytest.fixture(scope="module")
def delivery(project: Path) -> dict[str, str]:
    found = {str(path): text for path, text in texts(project).items()}
    return {path: text for path, text in found.items() if DELIVERY.match(path)}


def test_an_image_is_named_with_its_registry_and_a_version(delivery: dict[str, str]) -> None:
    for path, text in delivery.items():
        short = [name for name in SHORT.findall(text) if not re.match(REGISTRIES, name)]
        assert short == [], f"{path}: of which registry?"
        for name in REFERENCE.findall(text):
            tag = name.rpartition("/")[2].partition(":")[2]
            assert re.match(r"v?\d", tag), f"{path}: {name} is another image tomorrow"


def test_an_image_has_one_version(delivery: dict[str, str]) -> None:
    versions: dict[str, set[str]] = {}
    for text in delivery.values():
        for name in REFERENCE.findall(text):
            image, _, tag = name.partition("@")[0].rpartition(":")
            versions.setdefault(image, set()).add(tag.removesuffix("-debug"))
    assert len(versions) > 5
    assert {image: tags for image, tags in versions.items() if len(tags) > 1} == {}


def test_the_table_has_each_image_and_no_other(delivery: dict[str, str]) -> None:
    used = {
        name.partition("@")[0] for text in delivery.values() for name in REFERENCE.findall(text)
    }
    used |= {
        f"microk8s {channel}" for text in delivery.values() for channel in CHANNEL.findall(text)
    }
    plugins = delivery["deploy/jenkins/controller/plugins.txt"].split()
    table = CHECKED.read_text("utf-8").partition("## Images")[2]
    told = set(re.findall(r"^\| `([^`]+)` \|", table, re.M))
    # Python's version is an answer.
    used = {re.sub(r"(/python:)[\d.]+", r"\1<version>", name) for name in used}
    assert told == used | set(plugins)
