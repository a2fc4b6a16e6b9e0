"""The tutorial, followed to the letter in a clean folder; its template is this working copy."""

import os
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.delivery.control_plane.fixtures import control_plane, namespace
from tests.delivery.control_plane.programs import programs
from tests.delivery.go_programs import helm_binary
from tests.delivery.images import BASE, BUILDAH, alone, buildah, make_base
from tests.support.blocks import Block, blocks
from tests.support.commands import clean_environment, run
from tests.support.git_server import served
from tests.support.made import ENVIRONMENT
from tests.support.projects import Trained, lending
from tests.support.services import free_port
from tests.support.story import copy_template, release
from tests.support.tutorial import Player, alike
from tools.examples import ROOT
from tools.upgrades.git import Git

PAGE = ROOT / "docs" / "tutorial.md"
FROM_PYTHON = ROOT / "docs" / "how-to" / "python.md"
NEWER = "when the template has a newer version"

Means = Callable[[ExitStack], dict[str, str]]
"""A provider of what some steps need: the environment in which they have it."""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A repository of the template, whose newest version is 0.1.0."""
    folder = tmp_path / "template"
    copy_template(folder)
    Git(folder)("init", "--quiet", "--initial-branch=main")
    release(folder, "0.1.0", "Nothing.")
    return folder


@pytest.fixture
def address(template: Path, tmp_path: Path) -> Iterator[str]:
    """The template's address on a git server."""
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "template.git").symlink_to(template / ".git")
    with served(tmp_path / "served") as (server, _):
        yield f"{server}/template.git"


@pytest.fixture
def reader(address: str, tmp_path: Path) -> Iterator[Player]:
    """A person in an empty folder, with an empty home."""
    for name in ("home", "reader"):
        (tmp_path / name).mkdir()
    port = str(free_port())
    environment = clean_environment(
        **ENVIRONMENT,
        **lending(tmp_path / "programs"),
        HOME=str(tmp_path / "home"),
        UV_CACHE_DIR=run("uv", "cache", "dir", cwd=ROOT).strip(),
        CHURN_SERVING__PORT=port,
    )
    changed = {"ADDRESS-OF-THIS-REPOSITORY": address, ":8000": f":{port}"}
    player = Player(tmp_path / "reader", environment, changed)
    yield player
    player.stop()


@pytest.fixture
def means(reader: Player, trained: Trained, tmp_path: Path) -> dict[str, Means]:
    """Means that some steps need and not every machine has, by the steps' notes."""

    def builder(kept: ExitStack) -> dict[str, str]:
        kept.enter_context(alone())
        make_base(trained)
        kept.callback(remove_images, "churn")
        return {**BUILDAH, "CHURN_IMAGE__BASE": BASE, "CHURN_IMAGE__TOOL": "buildah"}

    def cluster(kept: ExitStack) -> dict[str, str]:
        there = kept.enter_context(namespace(control_plane(trained), tmp_path))
        there.runs(reader.folder)
        path = (helm_binary().parent, programs(), reader.environment["PATH"])
        return {
            "KUBECONFIG": str(there.kubeconfig),
            "NAMESPACE": there.namespace,
            "PATH": os.pathsep.join(map(str, path)),
        }

    return {"with a builder of images": builder, "with a cluster": cluster}


def remove_images(name: str) -> None:
    """Remove all images of a name."""
    for image in buildah("images", "--quiet", "--filter", f"reference={name}").split():
        buildah("rmi", "--force", image)


def steps() -> list[Block]:
    """Return the tutorial's blocks, with an empty one for each Ctrl-C."""
    text = PAGE.read_text("utf-8")
    stops = [
        Block(PAGE.name, text.count("\n", 0, found.start()) + 1, "", "Ctrl-C", "")
        for found in re.finditer("<!-- Ctrl-C -->", text)
    ]
    return sorted([*blocks(PAGE), *stops], key=lambda block: block.line)


def test_the_tutorial_is_what_happens(
    reader: Player, template: Path, means: dict[str, Means]
) -> None:
    for step in steps():
        if step.note == "Ctrl-C":
            ask_from_python(reader)
            reader.stop()
        elif step.note in means:
            with ExitStack() as kept:
                play_if_possible(reader, step, means[step.note], kept)
        else:
            if step.note == NEWER:
                release(template, "0.2.0", "- Read what is new.")
            reader.play(step)
    print("\n".join(reader.told))


def play_if_possible(reader: Player, step: Block, provide: Means, kept: ExitStack) -> None:
    """Play a step with what it needs; where that can't be had, say so."""
    try:
        given = provide(kept)
    except pytest.skip.Exception as absent:
        warnings.warn(f"{step} was not played: {absent}", stacklevel=1)
        return
    replace(reader, environment={**reader.environment, **given}).play(step)


def ask_from_python(reader: Player) -> None:
    """Run the guide's Python in the tutorial's project, while its service runs."""
    script = "\n".join(block.text for block in blocks(FROM_PYTHON) if block.language == "python")
    for old, new in reader.changed.items():
        script = script.replace(old, new)
    (reader.folder / "session.py").write_text(f"{script}\nprint(answer)\n", "utf-8")
    said = run(".venv/bin/python", "session.py", cwd=reader.folder, **reader.environment)
    assert "churns_proba" in said
    (reader.folder / "session.py").unlink()


@pytest.mark.parametrize(
    ("shown", "output", "same"),
    [
        ("a\n…\nb 0.84", "a\nx\ny\n  b  0.86\n", True),
        ("a\nb 0.84", "a\nb 0.64\n", False),
        ("version 1", "version 2", False),
        ("1,000 rows", "1,000 rows\nmore", False),
        ("…", "", True),
    ],
)
def test_an_output_is_compared_with_what_is_shown(shown: str, output: str, same: bool) -> None:
    assert alike(shown, output) is same
