"""The README's first command, in a clean copy and an empty home folder."""

import shutil
from pathlib import Path

from tests.support.commands import run
from tools.examples import ROOT, UNTRACKED


def test_make_demo_ends_with_a_prediction(tmp_path: Path) -> None:
    copy = tmp_path / "template"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*UNTRACKED))
    home = tmp_path / "home"
    home.mkdir()
    cache = run("uv", "cache", "dir", cwd=tmp_path).strip()
    environment = {"HOME": str(home), "UV_CACHE_DIR": cache}
    shown = run("make", "demo", "ONCE=1", cwd=copy, **environment)
    assert "she survived (9" in shown
    assert "/docs" in shown
    assert (copy / "build" / "titanic" / "model_bin" / "model.onnx").is_file()


def test_an_old_cookiecutter_is_told_to_upgrade(tmp_path: Path, template: Path) -> None:
    run("uv", "venv", "--quiet", tmp_path / "old", cwd=tmp_path)
    python = tmp_path / "old" / "bin" / "python"
    packages = ["cookiecutter==2.5.0", "setuptools<81"]
    run("uv", "pip", "install", "--quiet", "--python", python, *packages, cwd=tmp_path)
    command = f"{python} -m cookiecutter {template} --no-input -o {tmp_path / 'out'} || true"
    shown = run("bash", "-c", command, cwd=tmp_path)
    assert "needs Cookiecutter 2.6 or later and this is 2.5.0" in shown
    assert not (tmp_path / "out").exists()
