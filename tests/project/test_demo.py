"""The README's first command, as it is run on a fresh machine (`demonstrate`)."""

from pathlib import Path

from tests.support.commands import run
from tests.support.projects import Trained


def test_make_demo_ends_with_a_prediction(trained: Trained) -> None:
    shown = trained.shown("titanic")
    assert "she survived (9" in shown
    assert "/docs" in shown
    assert (trained("titanic") / "model_bin" / "model.onnx").is_file()


def test_an_old_cookiecutter_is_told_to_upgrade(tmp_path: Path, template: Path) -> None:
    run("uv", "venv", "--quiet", tmp_path / "old", cwd=tmp_path)
    python = tmp_path / "old" / "bin" / "python"
    packages = ["cookiecutter==2.5.0", "setuptools<81"]
    run("uv", "pip", "install", "--quiet", "--python", python, *packages, cwd=tmp_path)
    command = f"{python} -m cookiecutter {template} --no-input -o {tmp_path / 'out'} || true"
    shown = run("bash", "-c", command, cwd=tmp_path)
    assert "needs Cookiecutter 2.6 or later and this is 2.5.0" in shown
    assert not (tmp_path / "out").exists()
