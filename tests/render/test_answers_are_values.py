"""An answer, whichever way it comes in, is a value that stands as it is, or it is refused."""

import json
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

TEXTS = ("project_name", "project_slug", "package_name", "description", "author")
CHOICES = ("task", "python_version", *PARTS)
Way = Callable[["Cook", str, str], subprocess.CompletedProcess[str]]


def on_the_command_line(cook: Cook, name: str, answer: str) -> subprocess.CompletedProcess[str]:
    return cook.run("--no-input", f"{name}={answer}")


def in_the_user_config(cook: Cook, name: str, answer: str) -> subprocess.CompletedProcess[str]:
    (cook.folder / "config.yaml").write_text(json.dumps({"default_context": {name: answer}}))
    return cook.run("--no-input", "--config-file", "config.yaml")


def in_a_replay_file(cook: Cook, name: str, answer: str) -> subprocess.CompletedProcess[str]:
    content = cook.replayed()
    content["cookiecutter"][name] = answer
    return cook.replay(content)


def typed(cook: Cook, name: str, answer: str) -> subprocess.CompletedProcess[str]:
    lines = [answer if asked == name else "" for asked in (*TEXTS, *CHOICES)]
    return cook.run(typed="".join(f"{line}\n" for line in lines))


def is_kept_or_refused(
    cook: Cook, way: Way, name: str, answer: str
) -> subprocess.CompletedProcess[str]:
    """Make a project one way in, and look what has become of the answer."""
    shutil.rmtree(cook.output, ignore_errors=True)
    done = way(cook, name, answer)
    assert not ran(cook.folder), f"{answer!r} ran"
    assert not list(cook.temporary.iterdir()), f"{done.args} has left something"
    if done.returncode:
        assert f"  - {name}" in done.stderr, done.stderr
        left = list(cook.output.rglob("*")) if cook.output.exists() else []
        assert not left, f"{left} is left"
        return done
    (project,) = cook.output.iterdir()
    recorded = json.loads((project / ".template.json").read_text("utf-8"))["answers"]
    assert recorded[name] == answer
    about = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    config = yaml.safe_load((project / "config.yaml").read_text("utf-8"))
    assert about["description"] == config["model"]["description"] == recorded["description"]
    (author,) = about["authors"]
    written = f"{author['name']} <{author['email']}>" if "email" in author else author["name"]
    assert written == recorded["author"]
    assert about["name"] == recorded["project_slug"] == project.name
    return done


@pytest.mark.parametrize("way", [on_the_command_line, in_the_user_config, in_a_replay_file, typed])
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],  # each takes a second
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(name=st.sampled_from(TEXTS), answer=hostile)
def test_a_random_hostile_answer_is_kept_as_it_is_or_refused_by_name(
    cook: Cook, way: Way, name: str, answer: str
) -> None:
    answer = "".join(letter for letter in answer if letter.isprintable()).strip()
    if answer:  # an empty one is the default, where it is typed
        is_kept_or_refused(cook, way, name, answer)


@pytest.mark.parametrize("way", [on_the_command_line, in_the_user_config, in_a_replay_file, typed])
def test_no_attack_runs(cook: Cook, way: Way) -> None:
    is_kept_or_refused(cook, way, "author", ATTACKS[1])
    is_kept_or_refused(cook, way, "description", ATTACKS[0])
    kept = is_kept_or_refused(cook, way, "description", ATTACKS[2])
    assert kept.returncode == 0, kept.stderr


@pytest.mark.parametrize("slug", ["a/b/c", "..", "../outside", "/", "a/../.."])
def test_a_slug_that_is_a_path_leaves_no_folder(cook: Cook, slug: str) -> None:
    before = sorted(cook.folder.iterdir())
    refused = is_kept_or_refused(cook, on_the_command_line, "project_slug", slug)
    assert refused.returncode
    cook.output.mkdir(exist_ok=True)
    assert sorted(cook.folder.iterdir()) == before


def test_an_output_folders_name_is_no_template(cook: Cook, tmp_path: Path) -> None:
    folder = tmp_path / '<<cycler.__init__.__globals__.os.mkdir("RAN")>>'
    done = cook.run("--no-input", "--output-dir", folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "iris-classifier" / "pyproject.toml").is_file()
    assert not ran(cook.folder)


@settings(max_examples=10, deadline=None, phases=[Phase.generate])
@given(name=st.sampled_from(TEXTS), answer=hostile)
def test_the_templates_own_tools_keep_a_hostile_answer_or_refuse_it_by_name(
    cook: Cook, name: str, answer: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            project = render(cook.template, {name: answer}, Path(folder) / "render")
        except UpgradeError as refused:
            assert name in str(refused)
        else:
            record = json.loads((project / ".template.json").read_text("utf-8"))
            assert record["answers"][name] == answer
        assert not ran(Path(folder))


@pytest.mark.parametrize("answer", [5, None, ["x"], {"a": "b"}, "\ud800", "x" * 20_000])
def test_what_is_no_text_is_refused_by_name(tmp_path: Path, answer: Any) -> None:
    with pytest.raises(UpgradeError, match="author"):
        bake({"author": answer}, tmp_path)


def test_every_question_has_a_rule(cook: Cook) -> None:
    rules = (cook.template / "hooks" / "rules.py").read_text("utf-8")
    asked = json.loads((cook.template / "cookiecutter.json").read_text("utf-8"))
    public = {name: default for name, default in asked.items() if not name.startswith("_")}
    assert set(public) == {*TEXTS, *CHOICES}
    assert {name for name, default in public.items() if isinstance(default, list)} == {*CHOICES}
    assert all(f'\n    "{name}": (' in rules for name in TEXTS)
    extension = (cook.template / "literal_answers.py").read_text("utf-8")
    computed = [text for text in asked.values() if isinstance(text, str) and "<<" in text]
    assert len(computed) == 2
    assert all(f"    {json.dumps(text)},\n" in extension for text in computed)
