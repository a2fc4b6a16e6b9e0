"""The README's first command, as it is run on a fresh machine (`demonstrate`)."""

from pathlib import Path

from tests.support.blocks import blocks
from tests.support.commands import run
from tests.support.projects import Trained
from tests.support.tutorial import alike
from tools.examples import ROOT


def _without_events(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith('{"event"'))


def test_make_demo_ends_with_a_prediction(trained: Trained) -> None:
    shown = trained.shown("titanic")
    (recording,) = blocks(ROOT / "docs" / "demo.md")
    _, _, expected = recording.text.partition("\n")
    # Two programs write to one terminal here, the service's event anywhere beside make's lines.
    assert alike(_without_events(expected), _without_events(shown)), f"now it is:\n{shown}"
    assert '"class_name":"survived"' in shown
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
