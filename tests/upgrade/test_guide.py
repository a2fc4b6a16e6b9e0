"""The recording in the guide is what a terminal shows."""

from pathlib import Path

from tests.support.commands import clean_environment
from tests.support.story import BLOCK, commands, play, prepare, same
from tools.examples import ROOT

GUIDE = ROOT / "docs" / "upgrading.md"


def test_the_guides_recording_is_what_happens(tmp_path: Path) -> None:
    guide = GUIDE.read_text("utf-8")
    written = "\n".join(BLOCK.findall(guide))
    shown = play(commands(guide), prepare(tmp_path), clean_environment())
    (tmp_path / "recording.txt").write_text(shown, "utf-8")
    assert same(shown).split() == same(written).split(), f"now it is:\n{shown}"
    hook = tmp_path / "titanic" / "src" / "titanic" / "use_case" / "model.py"
    assert hook.read_text("utf-8").endswith("# Ada was here.\n")
