"""A prompt says what fits and gives an example; the closing note has commands that work."""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.cook import Cook
from tools.examples import ROOT

pytestmark = pytest.mark.slow  # most make a project

sys.path.insert(0, str(ROOT / "hooks"))

rules = import_module("rules")

PROMPTS = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))["__prompts__"]


def question(name: str) -> str:
    """Return a prompt's question; its first line where there are two."""
    asked: str | dict[str, str] = PROMPTS[name]
    return (asked if isinstance(asked, str) else asked["__prompt__"]).splitlines()[0]


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_is_a_question_on_a_line(name: str) -> None:
    assert "?" in question(name)
    assert question(name)[-1] in "?."
    assert len(question(name)) <= 80
    assert "[" not in str(PROMPTS[name]), "which Cookiecutter takes for a style"


@pytest.mark.parametrize("name", rules.PATTERNS)
def test_a_prompt_for_a_text_says_what_fits_with_an_example_that_does(name: str) -> None:
    _, hint = PROMPTS[name].splitlines()
    _, said = rules.PATTERNS[name]
    # As many as the rule says, and then its words: lower-case letters, digits, …
    length, kind, example = re.fullmatch(r" {9}(1 to \d+) (.*), for example (.*)", hint).groups()  # type: ignore[union-attr]
    assert re.search(rf"\b{length}\b", said)
    assert {*re.findall(r"[\w-]+", kind)} - {"and"} <= {*re.findall(r"[\w-]+", said)}
    assert rules.problems({name: example}) == []


def test_the_prompts_are_shown_and_the_defaults_make_a_project(cook: Cook) -> None:
    done = cook.run(typed=cook.typing({}), COLUMNS="200")
    assert done.returncode == 0, done.stderr
    for prompt in PROMPTS.values():
        lines = prompt.splitlines() if isinstance(prompt, str) else prompt.values()
        for line in lines:
            assert line in done.stdout
    assert cook.recorded()["package_name"] == "iris_classifier"


def commands(shown: str) -> list[str]:
    """Return the commands of the closing note."""
    note = shown[shown.index("Next:") :]
    return [line.split("   ")[0].strip() for line in note.splitlines() if line.startswith("  ")]


def play(lines: list[str], folder: Path) -> str:
    """Type commands into a shell, and return what git then has of the project."""
    who = (
        "GIT_AUTHOR_NAME=A GIT_COMMITTER_NAME=A",
        "GIT_AUTHOR_EMAIL=a@b.c GIT_COMMITTER_EMAIL=a@b.c",
    )
    script = "\n".join(["set -e", *(f"export {each}" for each in who), *lines, "git status -s"])
    script += "\ngit log --format=%s\ngit rev-parse --show-prefix --abbrev-ref HEAD"
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("where", ["here", "elsewhere", "in a repository"])
def test_the_closing_notes_commands_make_a_first_commit(
    cook: Cook, tmp_path: Path, where: str
) -> None:
    started = tmp_path / "a folder"
    output = {"here": started, "elsewhere": tmp_path / "it's there"}.get(where, started / "models")
    for folder in (started, output):
        folder.mkdir(exist_ok=True)
    if where == "in a repository":
        subprocess.run(["git", "init", "--quiet", "-b", "trunk", started], check=True)
    made = cook.run("--no-input", "-o", output, PWD=str(started))
    assert made.returncode == 0, made.stderr
    enter, commit, make = commands(made.stdout)
    assert (enter == "cd iris-classifier") == (where == "here")
    assert make == "make setup train serve"
    shown = play([enter, commit], started)
    version = rules.OWN["_template_version"]
    assert f"From the template, {version}\n" in shown
    inside = where == "in a repository"
    assert shown.endswith("models/iris-classifier/\ntrunk\n" if inside else "\n\nmain\n")


def test_a_title_that_the_terminal_does_not_know_makes_a_project_too(cook: Cook) -> None:
    done = cook.run("--no-input", "project_name=東京 é", "project_slug=x", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "?? ? is in x/" in done.stdout


WRONG = {"project_slug": "refused", "package_name": "class"}


@pytest.mark.parametrize(
    ("variables", "words"), [({"UV": "uv"}, "uvx cookiecutter"), ({}, "cookiecutter")]
)
def test_a_refusal_has_the_command_by_which_it_was_asked(
    cook: Cook, variables: dict[str, str], words: str
) -> None:
    refused = cook.run(typed=cook.typing(WRONG), **variables)
    assert f"\n  {words} {cook.template} " in refused.stderr
