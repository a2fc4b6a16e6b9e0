"""Questions are asked, answers mapped, and changed by `make`'s variables."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.made import BOOTSTRAP, Made, bootstrap, make


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


def test_answers_may_be_changed(project: Made) -> None:
    project.write("src/demo/use_case/model.py", "MINE = 1\n")
    project.replace("src/demo/engine.py", "ENGINE_9 = 9", "ENGINE_9 = 99")
    project.commit()
    new = ("task=regression", "project_slug=shop", "package_name=shop", "author=Söhne")
    assert project.upgrade("v2.0.0", *(f"--answer={answer}" for answer in new)) == 0
    assert project.read("src/shop/use_case/model.py") == b"MINE = 1\n"
    assert b"ENGINE_9 = 99" in project.read("src/shop/engine.py")
    assert b'NAME = "shop"' in project.read("src/shop/engine.py")
    assert b"task: regression" in project.read("config.yaml")
    assert project.has("helm/shop/chart.yaml")
    assert not project.has("helm/demo")
    assert not project.has("src/demo")
    assert json.loads(project.read(".template.json"))["answers"]["author"] == "Söhne"


@pytest.mark.parametrize(("name", "place"), [("project_slug", "demo"), ("package_name", "shop")])
def test_the_use_case_goes_where_the_package_goes(
    project: Made, capfd: pytest.CaptureFixture[str], name: str, place: str
) -> None:
    project.write("src/demo/use_case/model.py", "MINE = 1\n")
    project.write("tests/use_case/test_mine.py", "from demo import engine\n")
    project.commit()
    assert project.upgrade("v2.0.0", f"--answer={name}=shop") == 0
    assert project.read(f"src/{place}/use_case/model.py") == b"MINE = 1\n"
    assert [path.name for path in (project.folder / "src").iterdir()] == [place]
    said = "tests/use_case/test_mine.py still says 'demo'"
    assert (said in capfd.readouterr().out) == (place == "shop")


def test_two_use_cases_are_not_made_one(project: Made, capfd: pytest.CaptureFixture[str]) -> None:
    project.write("src/shop/use_case/model.py", "SHOP = 1\n")
    project.commit()
    before = project.state()
    assert project.upgrade("v2.0.0", "--answer=package_name=shop") == 2
    assert "src/demo/use_case/model.py would move" in capfd.readouterr().err
    assert project.state() == before


def test_answers_may_be_changed_without_another_version(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    assert project.upgrade("v1.0.0", "--answer=task=regression") == 0
    assert "Upgrading:" not in capfd.readouterr().out
    assert b"task: regression" in project.read("config.yaml")
    assert project.version == "1.0.0"


def test_renamed_answers_and_choices_that_are_gone_are_mapped(
    versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = make(versions, tmp_path / "project", task="ranking", ci="none")
    assert project.upgrade() == 0
    answers = json.loads(project.read(".template.json"))["answers"]
    assert answers["task"] == "regression"
    assert answers["pipelines"] == "none"
    assert "ci" not in answers
    shown = capfd.readouterr().out
    assert "the choice 'ranking' is now 'regression'" in shown
    assert "ci is now called pipelines" in shown


@pytest.mark.parametrize(
    ("answer", "said"),
    [("colour=red", "asks nothing called 'colour'"), ("task=ranking", "'ranking' is not")],
)
def test_an_answer_that_does_not_fit_is_refused(
    project: Made, capfd: pytest.CaptureFixture[str], answer: str, said: str
) -> None:
    before = project.state()
    assert project.upgrade("v2.0.0", f"--answer={answer}") == 2
    assert said in capfd.readouterr().err
    assert project.state() == before
