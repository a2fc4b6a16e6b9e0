"""The environment that the workspace builds, without building it."""

import re
import tomllib
from pathlib import Path

from model_azure.learning.environment import _context

from tests.delivery.pipeline_tools import hadolint
from tests.support.commands import run


def test_hadolint_finds_nothing(project: Path) -> None:
    run(hadolint(), "deploy/azure/training.Dockerfile", cwd=project)


def test_it_is_made_of_what_the_project_has(project: Path) -> None:
    (project / "uv.lock").touch()
    image = (project / "deploy/azure/training.Dockerfile").read_text()
    service = (project / "deploy/docker/Dockerfile").read_text()
    for what in (r"^FROM (\S+)", r"^ARG UV=(\S+)"):
        assert re.findall(what, image, re.M) == re.findall(what, service, re.M)[:1]
    groups = tomllib.loads((project / "pyproject.toml").read_text())["dependency-groups"]
    assert set(re.findall(r"--group (\S+)", image)) == {"train", "azure-ml"} <= set(groups)
    sent = {name.partition("/")[0] for name in _context()} | {"packages.txt"}
    copied = {word for line in re.findall(r"^COPY (.+) \S+$", image, re.M) for word in line.split()}
    assert copied | {"Dockerfile"} == sent
