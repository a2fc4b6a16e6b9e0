"""Recorded answers come with a project from elsewhere: nothing in them runs, whatever is asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.support.hostile import ATTACKS, hostile, ran
from tests.support.made import Made, make
from tests.support.versions import FIRST, lay, prompts
from tools.upgrades.git import Git

COMMANDS = (["check"], ["diff"], ["upgrade", "--dry-run"], ["upgrade"])


def answer(project: Made, name: str, value: Any) -> None:
    """Write an answer into the project's record, as somebody else may have."""
    record = json.loads(project.read(".template.json"))
    record["answers"][name] = value
    project.write(".template.json", json.dumps(record))
    project.commit()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_the_record_is_a_value(project: Made, attack: str) -> None:
    answer(project, "project_name", attack)
    for command in COMMANDS:
        assert project.run(*command) in {0, 1}, command
        assert not ran(project.folder, project.versions), command
    assert json.loads(project.read(".template.json"))["answers"]["project_name"] == attack


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(text=hostile)
def test_a_random_hostile_answer_is_a_value_in_every_command(
    versions: Path, tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    project = make(versions, tmp_path_factory.mktemp("made") / "project")
    answer(project, "author", text)
    for command in COMMANDS:
        assert project.run(*command) == 0, command
        assert not ran(project.folder, project.versions), command
    assert json.loads(project.read(".template.json"))["answers"]["author"] == text


@pytest.mark.parametrize("attack", ATTACKS[:4])
def test_an_attack_as_a_new_answer_is_a_value(project: Made, attack: str) -> None:
    assert project.upgrade("v2.0.0", "--answer", f"author={attack}") == 0
    assert json.loads(project.read(".template.json"))["answers"]["author"] == attack
    assert not ran(project.folder, project.versions)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task", 5),
        ("task", None),
        ("task", ["regression"]),
        ("task", {"a": "b"}),
        ("task", "x" * 20_000),
        ("task", "\ud800"),
        ("_extensions", "x"),
        ("_jinja2_env_vars", "x"),
        ("__class__", "x"),
        ("a b", "x"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(
    project: Made, capfd: pytest.CaptureFixture[str], name: str, value: object
) -> None:
    answer(project, name, value)
    before = project.state()
    for command in COMMANDS:
        assert project.run(*command) == 2
        assert name in capfd.readouterr().err
    assert project.state() == before


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"version": 5, "answers": {}}',
        '{"version": "1.0.0", "answers": []}',
        '{"version": "1.0.0", "answers": {}, "ownership": {"user": [5]}}',
        '{"version": "1.0.0", "answers": {}, "template": 5}',
    ],
)
def test_a_record_of_another_shape_is_refused_in_a_sentence(
    project: Made, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    project.write(".template.json", text)
    project.commit()
    for command in COMMANDS:
        assert project.run(*command) == 2
        assert ".template.json" in capfd.readouterr().err


@pytest.mark.parametrize("slug", ["../outside", "/tmp/outside", "..", "a/b"])
def test_a_recorded_slug_leads_nowhere_else(
    project: Made, capfd: pytest.CaptureFixture[str], slug: str
) -> None:
    answer(project, "project_slug", slug)
    assert project.run("upgrade") == 2
    assert repr(slug) in capfd.readouterr().err


def test_a_default_that_is_computed_sees_recorded_answers_as_they_are(tmp_path: Path) -> None:
    versions = tmp_path / "t"
    git = Git(versions)
    versions.mkdir()
    git("init", "--quiet")
    computed = "<< cookiecutter.project_name | upper >>"
    lay(FIRST, versions)
    lay({"cookiecutter.json": prompts("1.0.0", ci=["none"], author=computed)}, versions)
    git("add", "--all")
    git("commit", "--quiet", "-m", "1")
    git("tag", "v1.0.0")
    project = make(versions, tmp_path / "project", project_name=ATTACKS[0])
    assert project.read("README.md").decode().startswith(f"# {ATTACKS[0]}\n")
