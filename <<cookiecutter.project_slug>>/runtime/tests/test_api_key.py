"""API keys and their lines: strong, told once, and read strictly."""

import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from model_runtime.api_key import make_key, read_keys
from model_runtime.errors import ProjectError

LINE = f"alice 2027-05-01T00:00:00Z sha256:{'0' * 64}"


def test_a_key_is_random_and_kept_as_its_hash() -> None:
    made = [make_key("alice", 30) for _ in range(20)]
    assert len({key for key, _ in made}) == 20
    for key, known in made:
        assert len(key) >= 43  # 256 bits, by six a character
        assert known.digest == sha256(key.encode()).digest()
        assert key not in known.line
        assert read_keys(known.line) == [known]


@pytest.mark.parametrize(
    "text", [f"{LINE}\n{LINE}", f"{LINE},{LINE}", f"# keys, old ones\n\n{LINE} # old\r\n{LINE}\n"]
)
def test_lines_are_read(text: str) -> None:
    assert [key.line for key in read_keys(text)] == [LINE, LINE]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("key_sesame", "line 2 is not name, end and hash"),
        (LINE[:-1], "line 2 is not name, end and hash"),
        (LINE.replace("sha256", "md5"), "line 2 is not name, end and hash"),
        (LINE.replace("alice", "-alice"), "line 2 is not name, end and hash"),
        (LINE.replace("Z", ""), "line 2 has no end like 2027-05-01T00:00:00Z, with a time zone"),
        (LINE.replace("2027-05-01T", "never"), "line 2 has no end like"),
        (f"a 2027-05-01T00:00:00Z sha256:{sha256(b'').hexdigest()}", "the hash of an empty text"),
    ],
)
def test_what_is_no_line_is_named_and_not_repeated(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        read_keys(f"{LINE}\n{line}\n")
    assert "sesame" not in str(refusal.value)


@pytest.mark.parametrize(("name", "days"), [("", 1), ("two words", 1), ("a" * 65, 1), ("a", 0)])
def test_what_is_no_name_and_no_time_is_refused(name: str, days: int) -> None:
    with pytest.raises(ProjectError):
        make_key(name, days)


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "model_runtime", "key", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_make_key_tells_the_key_once_and_keeps_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    done = [run("alice", "--file", str(file)), run("bob", "--days", "7", "--file", str(file))]
    text = file.read_text()
    for name, each, known in zip(["alice", "bob"], done, read_keys(text), strict=True):
        assert each.returncode == 0, each.stderr
        key = each.stdout.strip()
        assert key.startswith("key_")
        assert known.name == name
        assert known.digest == sha256(key.encode()).digest()
        assert f"valid until {known.end}" in each.stderr
        assert str(file) in each.stderr
        assert key not in each.stderr + text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["keys.txt"]


def test_make_key_adds_to_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Buy milk\n")
    done = run("alice", "--file", str(file))
    assert done.returncode == 1
    assert "is no file of keys and stays as it is" in done.stderr
    assert (file.read_text(), done.stdout) == ("Buy milk\n", "")
