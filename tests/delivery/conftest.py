"""What the tests of pipelines share."""

import subprocess
from pathlib import Path

import pytest

from tools.examples import bake

IDS = {"image_registry": "id-images", "model_registry": "id-models"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose config.yaml names credentials."""
    made = bake({}, tmp_path_factory.mktemp("bake"))
    config = made / "config.yaml"
    text = config.read_text("utf-8")
    for name, identity in IDS.items():
        text = text.replace(f'{name}: ""', f"{name}: {identity}")
    config.write_text(text, "utf-8")
    subprocess.run(["git", "init", "--quiet", made], check=True)  # for zizmor and actionlint
    return made
