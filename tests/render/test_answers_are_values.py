"""An answer, whichever way it comes in, is a value that stands as it is, or it is refused."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import SKELETON
from tests.hostile import ATTACKS, NAME, hostile, ran
from tools.examples import bake, snapshot
from tools.upgrades.errors import UpgradeError
from tools.upgrades.render import render

TEXTS = ("project_name", "project_slug", "package_name", "description", "author")
CHOICES = ("task", "python_version", "github_actions", "ansible")
KEPT = (".template.json", "pyproject.toml", "config.yaml", "README.md")
"""Files that hold answers; the template with these alone is made in a moment."""

Way = Callable[["Cook", str, str], subprocess.CompletedProcess[str]]


class Cook:
    """Cookiecutter's command, with a home of its own and the template with few files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.output = folder / "output"
        self.template = folder / "template"
        for made in (self.home, self.output):
            made.mkdir()
        snapshot(self.template)
        skeleton = self.template / SKELETON.name
        for path in skeleton.rglob("*"):
            chosen = path.parent.name == "workflows" or {".github", "ansible"} & {*path.parts}
            if path.is_file() and path.name not in KEPT and not chosen:
                path.unlink()

    def run(self, *arguments: object, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run it in its folder, with what is typed."""
        command = [sys.executable, "-m", "cookiecutter", self.template, "-o", self.output]
        return subprocess.run(
            [*map(str, [*command, *arguments])],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.home), "PWD": str(self.folder)},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )

    def replayed(self) -> dict[str, Any]:
        """Return what Cookiecutter keeps of a project to make it again."""
        first = self.folder / "first.json"
        if not first.exists():
            assert self.run("--no-input").returncode == 0
            (self.home / ".cookiecutter_replay" / "template.json").rename(first)
        shutil.rmtree(self.output, ignore_errors=True)
        kept: dict[str, Any] = json.loads(first.read_text("utf-8"))
        return kept

    def replay(self, content: object) -> subprocess.CompletedProcess[str]:
        """Make a project from somebody's replay file."""
        (self.folder / "foreign.json").write_text(json.dumps(content), "utf-8")
        return self.run("--replay-file", "foreign.json")

    def made(self) -> list[Path]:
        """Return the files in the output."""
        return [path for path in self.output.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def cook(tmp_path_factory: pytest.TempPathFactory) -> Cook:
    return Cook(tmp_path_factory.mktemp("cook"))


def on_the_command_line(cook: Cook, name: str, answer: str) -> subprocess.CompletedProcess[str]:
    return cook.run("--no-input", f"{name}={answer}")


def in_the_user_config(cook: Cook, name: str, answer: str) -> subprocess.CompletedProcess[str]:
    (cook.folder / "config.yaml").write_text(json.dumps({"default_context": {name: answer}}))
    return cook.run("--no-input", "--config-file", "config.yaml")


def in_a_replay_file(cook: Cook, name: str, answer: str) -> subprocess.CompletedProcess[str]:
    content = cook.replayed()
    content["cookiecutter"][name] = answer
    if name == "description":
        quoted = answer.replace("\\", "\\\\").replace('"', '\\"')
        content["cookiecutter"]["__description_quoted"] = f'"{quoted}"'
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
    assert about["authors"] == [{"name": recorded["author"]}]
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
    assert is_kept_or_refused(cook, way, "author", ATTACKS[1]).returncode
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


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("answer", [f"2; touch {NAME}", ATTACKS[0], 3.11, None, ["yes"]])
def test_a_choice_in_a_replay_file_is_one_of_the_choices(
    cook: Cook, name: str, answer: object
) -> None:
    content = cook.replayed()
    content["cookiecutter"][name] = answer
    refused = cook.replay(content)
    assert f"  - {name}: " in refused.stderr
    assert not cook.made()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_template_version", '1"; open("RAN", "w") #'),
        ("_jinja2_env_vars", {"variable_start_string": '{ANSWERS["', "variable_end_string": '"]}'}),
        ("_extensions", []),
        ("_copy_without_render", ["*"]),
        ("_new_lines", "\r\n"),
        ("__description_quoted", '"another"'),
        ("template", [f"{ATTACKS[0]} (x)"]),
        ("templates", {"a": {"path": "hooks"}}),
        ("unknown", "x"),
        ("author", {"name": "x"}),
        ("description", 5),
    ],
)
def test_a_replay_file_has_answers_alone(cook: Cook, name: str, value: object) -> None:
    content = cook.replayed()
    content["cookiecutter"][name] = value
    refused = cook.replay(content)
    assert refused.returncode
    assert f"  - {name}: " in refused.stderr, refused.stderr
    assert not cook.made()
    assert not ran(cook.folder)


def test_a_replay_file_has_no_variables_beside_cookiecutters(cook: Cook) -> None:
    refused = cook.replay({**cook.replayed(), "project_name": "x"})
    assert "  - project_name: a replay file has no such part" in refused.stderr
    assert "is no replay file" in cook.replay([]).stderr
    (cook.folder / "foreign.json").write_text("[" * 100_000)
    assert "foreign.json can't be read" in cook.run("--replay-file", "foreign.json").stderr
    assert "can't be found from here" in cook.run("--replay-file", "nowhere.json").stderr


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
    }
    shutil.rmtree(cook.output, ignore_errors=True)
    assert cook.replay(content).returncode == 0
    record = json.loads((next(cook.output.iterdir()) / ".template.json").read_text("utf-8"))
    assert (record["template"], record["commit"]) == (None, None)


@pytest.mark.parametrize("value", ['["x"]', "{}", '"x"'])
@pytest.mark.parametrize("name", ["_extensions", "_jinja2_env_vars"])
def test_the_templates_own_settings_stay_its_own(cook: Cook, name: str, value: str) -> None:
    shutil.rmtree(cook.output, ignore_errors=True)
    text = f"default_context: {{{name}: {value}, description: '{ATTACKS[0]}'}}\n"
    (cook.folder / "config.yaml").write_text(text)
    refused = cook.run("--no-input", "--config-file", "config.yaml")
    assert f"  - {name}: " in refused.stderr
    assert f"  - {name}: " in cook.run("--no-input", f"{name}={value}").stderr
    assert not cook.made()
    assert not ran(cook.folder)


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
    assert len(computed) == 3
    assert all(f"    {json.dumps(text)},\n" in extension for text in computed)
