"""The groups of packages in pyproject.toml: who gets what is added to them."""

from pathlib import Path

from tests.support.commands import run
from tools.examples import bake

ADDED = "imbalanced-learn"


def test_what_the_image_gets_training_has_too(tmp_path: Path) -> None:
    """As `make train` says where a package is missing; the image is made without training's."""
    project = bake({"azure": "yes"}, tmp_path)
    run("uv", "add", "--no-sync", "--quiet", "--group", "sklearn", ADDED, cwd=project)
    for groups, wanted in {
        (): True,
        ("train",): True,
        ("sklearn",): True,
        ("onnx",): False,
    }.items():
        words = [word for group in groups for word in ("--group", group)]
        words = ["--no-default-groups", *words] if groups else []
        listed = run("uv", "export", "--locked", "--no-hashes", *words, cwd=project)
        assert (f"\n{ADDED}==" in listed) is wanted, groups
