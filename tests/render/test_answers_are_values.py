"""An answer, whichever way it comes in, is a value that stands as it is, or it is refused."""

import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.cook import Cook
from tests.support.files import PARTS
from tests.support.hostile import ATTACKS, hostile, ran
from tools.examples import bake
from tools.upgrades.errors import UpgradeError
from tools.upgrades.render import render

pytestmark = pytest.mark.slow  # each test makes several projects

TEXTS = ("project_name", "project_slug", "package_name", "description", "author")
CHOICES = ("task", "python_version", *PARTS)
Answers = dict[str, str]
Way = Callable[[Cook, Answers], subprocess.CompletedProcess[str]]


def on_the_command_line(cook: Cook, answers: Answers) -> subprocess.CompletedProcess[str]:
    return cook.run("--no-input", *(f"{name}={answer}" for name, answer in answers.items()))


def in_the_user_config(cook: Cook, answers: Answers) -> subprocess.CompletedProcess[str]:
    (cook.folder / "config.yaml").write_text(json.dumps({"default_context": answers}))
    return cook.run("--no-input", "--config-file", "config.yaml")


def in_a_replay_file(cook: Cook, answers: Answers) -> subprocess.CompletedProcess[str]:
    content = cook.replayed()
    content["cookiecutter"] |= answers
    return cook.replay(content)


def typed(cook: Cook, answers: Answers) -> subprocess.CompletedProcess[str]:
    return cook.run(typed=cook.typing(answers))


def are_kept_or_refused(cook: Cook, way: Way, answers: Answers) -> subprocess.CompletedProcess[str]:
    """Make a project one way in, and look what has become of each answer.

    Where some are refused, it is made again with the others, until these are kept.
    """
    shutil.rmtree(cook.output, ignore_errors=True)
    done = way(cook, answers)
    assert not ran(cook.folder), f"one of {answers!r} ran"
    assert not list(cook.temporary.iterdir()), f"{done.args} has left something"
    if done.returncode:
        others = without_refused(answers, done.stderr)
        left = list(cook.output.rglob("*")) if cook.output.exists() else []
        assert not left, f"{left} is left"
        return are_kept_or_refused(cook, way, others) if others else done
    (project,) = cook.output.iterdir()
    recorded = cook.recorded()
    assert {name: recorded[name] for name in answers} == answers
    about = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    config = yaml.safe_load((project / "config.yaml").read_text("utf-8"))
    assert about["description"] == config["model"]["description"] == recorded["description"]
    (author,) = about["authors"]
    written = f"{author['name']} <{author['email']}>" if "email" in author else author["name"]
    assert written == recorded["author"]
    assert about["name"] == recorded["project_slug"] == project.name
    return done


def without_refused(answers: Answers, said: str) -> Answers:
    """Return the answers without those that a refusal names, which are some."""
    named = set(re.findall(r"^  - (\w+):", said, re.MULTILINE))
    others = {name: answer for name, answer in answers.items() if name not in named}
    assert len(others) < len(answers), said
    return others


def printable(answer: str) -> str:
    return "".join(letter for letter in answer if letter.isprintable()).strip()


# An empty one is the default, where it is typed.
ONE_FOR_EACH = st.fixed_dictionaries(dict.fromkeys(TEXTS, hostile.map(printable).filter(bool)))


@pytest.mark.parametrize("way", [on_the_command_line, in_the_user_config, in_a_replay_file, typed])
@settings(
    max_examples=2,  # the simplest, and one at random; each has five answers
    deadline=None,
    phases=[Phase.generate],  # each takes seconds
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(answers=ONE_FOR_EACH)
def test_random_hostile_answers_are_kept_as_they_are_or_refused_by_name(
    cook: Cook, way: Way, answers: Answers
) -> None:
    are_kept_or_refused(cook, way, answers)


@pytest.mark.parametrize("way", [on_the_command_line, in_the_user_config, in_a_replay_file, typed])
def test_no_attack_runs(cook: Cook, way: Way) -> None:
    are_kept_or_refused(cook, way, {"author": ATTACKS[1], "description": ATTACKS[0]})
    kept = are_kept_or_refused(cook, way, {"description": ATTACKS[2]})
    assert kept.returncode == 0, kept.stderr


@pytest.mark.parametrize("slug", ["a/b/c", "..", "../outside", "/", "a/../.."])
def test_a_slug_that_is_a_path_leaves_no_folder(cook: Cook, slug: str) -> None:
    before = sorted(cook.folder.iterdir())
    refused = are_kept_or_refused(cook, on_the_command_line, {"project_slug": slug})
    assert refused.returncode
    cook.output.mkdir(exist_ok=True)
    assert sorted(cook.folder.iterdir()) == before


def test_an_output_folders_name_is_no_template(cook: Cook, tmp_path: Path) -> None:
    folder = tmp_path / '<<cycler.__init__.__globals__.os.mkdir("RAN")>>'
    done = cook.run("--no-input", "--output-dir", folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "iris-classifier" / "pyproject.toml").is_file()
    assert not ran(cook.folder)


@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(answers=ONE_FOR_EACH)
def test_the_templates_own_tools_keep_hostile_answers_or_refuse_them_by_name(
    cook: Cook, answers: Answers
) -> None:
    while answers:
        with tempfile.TemporaryDirectory() as folder:
            try:
                project = render(cook.template, answers, Path(folder) / "render")
            except UpgradeError as refused:
                answers = without_refused(answers, str(refused))
            else:
                record = json.loads((project / ".template.json").read_text("utf-8"))
                assert {name: record["answers"][name] for name in answers} == answers
                answers = {}
            assert not ran(Path(folder))


@pytest.mark.parametrize("answer", [5, None, ["x"], {"a": "b"}, "\ud800", "x" * 20_000])
def test_what_is_no_text_is_refused_by_name(tmp_path: Path, answer: Any) -> None:
    with pytest.raises(UpgradeError, match="author"):
        bake({"author": answer}, tmp_path)


def test_every_question_has_a_rule(cook: Cook) -> None:
    rules = (cook.template / "hooks" / "rules.py").read_text("utf-8")
    asked = json.loads((cook.template / "cookiecutter.json").read_text("utf-8"))
    public = cook.asked()
    assert set(public) == {*TEXTS, *CHOICES}
    assert {name for name, default in public.items() if isinstance(default, list)} == {*CHOICES}
    assert all(f'\n    "{name}": (' in rules for name in TEXTS)
    extension = (cook.template / "literal_answers.py").read_text("utf-8")
    computed = [text for text in asked.values() if isinstance(text, str) and "<<" in text]
    assert len(computed) == 2
    assert all(f"    {json.dumps(text)},\n" in extension for text in computed)
