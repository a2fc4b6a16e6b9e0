"""New questions are asked at a terminal, and answers are given by `make`'s variables."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.upgrade.conftest import BOOTSTRAP, Made, bootstrap


def ask(project: Made, versions: Path, typed: str, **environment: str) -> tuple[int, str]:
    """Upgrade at a terminal; return the exit code and what was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(BOOTSTRAP), "upgrade"],
        cwd=project.folder,
        env={**os.environ, "TEMPLATE": str(versions), **environment},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    try:
        shown, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        os.close(ours)
    return process.returncode, shown


def answers(project: Made) -> dict[str, str]:
    found: dict[str, str] = json.loads(project.read(".template.json"))["answers"]
    return found


@pytest.mark.parametrize(("typed", "taken"), [("Söhne & Co\n", "Söhne & Co"), ("\n", "Nobody")])
def test_a_new_question_is_asked(project: Made, versions: Path, typed: str, taken: str) -> None:
    code, shown = ask(project, versions, typed)
    assert code == 0, shown
    assert "author [Nobody]: " in shown
    assert answers(project)["author"] == taken


def test_what_is_no_choice_is_asked_again(project: Made, versions: Path) -> None:
    record = json.loads(project.read(".template.json"))
    del record["answers"]["ci"]
    project.write(".template.json", json.dumps(record, indent=2))
    project.commit()
    code, shown = ask(project, versions, "purple\nnone\n", ANSWERS="author=Ada")
    assert code == 0, shown
    assert shown.count("pipelines (jenkins, none) [jenkins]: ") == 2
    assert "author [" not in shown
    assert answers(project)["pipelines"] == "none"


def test_none_is_asked_where_that_is_not_wanted(project: Made, versions: Path) -> None:
    code, shown = ask(project, versions, "", NO_INPUT="1")
    assert code == 0, shown
    assert answers(project)["author"] == "Nobody"


def test_an_end_of_input_takes_the_default(project: Made, versions: Path) -> None:
    code, shown = ask(project, versions, "\x04")
    assert code == 0, shown
    assert answers(project)["author"] == "Nobody"


def test_answers_have_spaces_quotes_and_dollars(project: Made, versions: Path) -> None:
    given = 'author="O\'Hara $(touch pwned)" task=regression'
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), ANSWERS=given)
    assert done.returncode == 0, done.stderr
    assert answers(project)["author"] == "O'Hara $(touch pwned)"
    assert not project.has("pwned")


def test_answers_that_cannot_be_read_are_refused(project: Made, versions: Path) -> None:
    before = project.state()
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), ANSWERS="author='x")
    assert done.returncode == 1
    assert "ANSWERS can't be read" in done.stderr
    assert project.state() == before
