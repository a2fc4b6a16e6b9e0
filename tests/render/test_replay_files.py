"""A replay file is checked like a prompt, and brings answers alone."""

import json
import shutil
import sys
import tomllib
from importlib import import_module

import pytest
import yaml

from tests.support.cook import Cook
from tests.support.files import PARTS
from tests.support.hostile import ATTACKS, NAME, ran
from tools.examples import ROOT

pytestmark = pytest.mark.slow  # each test makes several projects

sys.path.insert(0, str(ROOT / "hooks"))

rules = import_module("rules")

WRONG = {
    "_jinja2_env_vars": {"variable_start_string": '{ANSWERS["', "variable_end_string": '"]}'},
    "_extensions": [],
    "_copy_without_render": ["*"],
    "_new_lines": "\r\n",
    "__description_quoted": '"another"',
    "template": [f"{ATTACKS[0]} (x)"],
    "templates": {"a": {"path": "hooks"}},
    "unknown": "x",
    "author": {"name": "x"},
    "description": 5,
}
"""Parts of a replay file that are no answers of the template's, by their names."""


@pytest.mark.parametrize("answer", [f"2; touch {NAME}", ATTACKS[0], 3.11, None, ["yes"]])
def test_each_choice_in_a_replay_file_is_one_of_the_choices(cook: Cook, answer: object) -> None:
    content = cook.replayed()
    choices = [name for name, default in cook.asked().items() if isinstance(default, list)]
    assert {"task", "python_version", *PARTS} == {*choices}
    content["cookiecutter"] |= dict.fromkeys(choices, answer)
    refused = cook.replay(content)
    for name in choices:
        assert f"  - {name}: " in refused.stderr
        assert refuses({**cook.replayed()["cookiecutter"], name: answer}) == [name]
    assert not cook.made()
    assert not ran(cook.folder)


def test_a_replay_file_has_answers_alone(cook: Cook) -> None:
    content = cook.replayed()
    content["cookiecutter"] |= WRONG
    refused = cook.replay(content)
    assert refused.returncode
    for name in WRONG:
        assert f"  - {name}: " in refused.stderr, refused.stderr
    assert not cook.made()
    assert not ran(cook.folder)


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_part_is_enough(cook: Cook, name: str) -> None:
    right = cook.replayed()["cookiecutter"]
    assert refuses(right) == []
    assert refuses({**right, name: WRONG[name]}) == [name]


def refuses(variables: dict[str, object]) -> list[str]:
    """Return the names of what the hooks' rules, which are all that decides, say is wrong."""
    return [sentence.split(":")[0] for sentence in rules.problems(variables)]


def test_a_replay_file_has_no_variables_beside_cookiecutters(cook: Cook) -> None:
    refused = cook.replay({**cook.replayed(), "project_name": "x"})
    assert "  - project_name: a replay file has no such part" in refused.stderr
    assert "is no replay file" in cook.replay([]).stderr
    (cook.folder / "foreign.json").write_text("[" * 100_000)
    assert "foreign.json can't be read" in cook.run("--replay-file", "foreign.json").stderr
    assert "can't be found from here" in cook.run("--replay-file", "nowhere.json").stderr


def test_a_question_has_one_answer_in_a_replay_file(cook: Cook) -> None:
    text = json.dumps(cook.replayed())
    (cook.folder / "two.json").write_text(text.replace('"task":', '"task": "x", "task":'))
    refused = cook.run("--replay-file", "two.json")
    assert refused.returncode
    assert "'task' stands twice" in refused.stderr
    assert not cook.made()


def test_the_own_replay_of_a_project_makes_it_again(cook: Cook) -> None:
    content = cook.replayed()
    mine = cook.home / ".cookiecutter_replay" / "template.json"
    mine.write_text(json.dumps(content))
    for done in (cook.replay(content), cook.run("--replay", "-f")):
        assert done.returncode == 0, done.stderr
    assert cook.made()
    mine.write_text(json.dumps(content | {"cookiecutter": {"task": "x"}}))
    assert "  - task: 'x'" in cook.run("--replay").stderr


def test_a_replay_file_does_not_say_where_the_template_is(cook: Cook) -> None:
    content = cook.replayed()
    content["cookiecutter"] |= {
        "_template_address": "https://example.org/evil.git",
        "_template_commit": "0" * 40,
        "_template_version": '1"; open("RAN", "w") #',
    }
    shutil.rmtree(cook.output, ignore_errors=True)
    assert cook.replay(content).returncode == 0
    record = json.loads((next(cook.output.iterdir()) / ".template.json").read_text("utf-8"))
    assert (record["template"], record["commit"]) == (None, None)
    declared = json.loads((cook.template / "cookiecutter.json").read_text("utf-8"))
    assert record["version"] == declared["_template_version"]


def test_a_description_that_was_changed_in_a_replay_file_is_the_projects(cook: Cook) -> None:
    content = cook.replayed()
    content["cookiecutter"]["description"] = 'Another: "sentence".'
    assert cook.replay(content).returncode == 0
    (project,) = cook.output.iterdir()
    found = [yaml.safe_load((project / "config.yaml").read_text("utf-8"))["model"]["description"]]
    found += [
        tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]["description"]
    ]
    assert set(found) == {'Another: "sentence".'}


@pytest.mark.parametrize("value", ['["x"]', "{}", '"x"'])
def test_the_templates_own_settings_stay_its_own(cook: Cook, value: str) -> None:
    shutil.rmtree(cook.output, ignore_errors=True)
    names = ("_extensions", "_jinja2_env_vars")
    settings = ", ".join(f"{name}: {value}" for name in names)
    text = f"default_context: {{{settings}, description: '{ATTACKS[0]}'}}\n"
    (cook.folder / "config.yaml").write_text(text)
    by_config = cook.run("--no-input", "--config-file", "config.yaml").stderr
    by_arguments = cook.run("--no-input", *(f"{name}={value}" for name in names)).stderr
    for name in names:
        assert f"  - {name}: " in by_config
        assert f"  - {name}: " in by_arguments
    assert not cook.made()
    assert not ran(cook.folder)
