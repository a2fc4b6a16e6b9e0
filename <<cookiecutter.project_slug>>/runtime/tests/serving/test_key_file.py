"""The file with the keys is read anew after each change, of its rights alone, too."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from model_runtime.api_key import make_key
from model_runtime.serving import key_file
from model_runtime.serving.key_file import KeyFile


def _permit(file: Path) -> None:
    """Change what an administrator changes of a file that could not be read."""
    file.chmod(0o440)


def _restore(file: Path) -> None:
    """Write other content of the same size in place, with the same time, as a backup does."""
    times = file.stat()
    file.write_text(file.read_text().replace("alice", "carol"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize(("change", "name"), [(_permit, "alice"), (_restore, "carol")])
def test_a_change_that_leaves_time_and_size_is_seen(
    change: Callable[[Path], None], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_file, "LOOK_SECONDS", 0.0)
    file = tmp_path / "keys"
    file.write_text(f"{make_key('alice', 1)[1].line}\n")
    known = KeyFile(file)
    before = known.keys()
    assert known.keys() is before
    change(file)
    found = known.keys()
    assert found is not before
    assert [key.name for key in found] == [name]
