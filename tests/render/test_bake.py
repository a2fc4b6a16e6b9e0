"""Answers in, project out: complete, without leftovers, or not at all."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter
from pytest_cookies.plugin import Cookies, Result

from tests.support.cook import Cook
from tests.support.files import PARTS, SKELETON, TASKS, contents, texts
from tests.support.projects import Baked
from tools.examples import ROOT, bake, make_example, names
from tools.upgrades.errors import UpgradeError
from tools.upgrades.render import render

pytestmark = pytest.mark.slow  # each test makes several projects

LONGEST_PACKAGE = "a" * 30
STATEMENT = re.compile(rb"<%.*?%>", re.DOTALL)
LEFTOVERS = re.compile(r"<<|<%|%>|<#|#>|cookiecutter\.(?!json)")

AWKWARD: dict[str, dict[str, str]] = {
    "unicode": {"project_name": "Größe 2, 価格", "description": "Größe → 価格 🚢"},
    "quotes, and code in a title": {
        "project_name": '3""" + open("pwned", "w").read() # $(touch pwned)',
        "description": """Says "yes", 'no' and \\n; a: b # c""",
    },
    "YAML, and titles": {
        "project_name": 'Churn: who\'s leaving & "why"? 5% #1 🚢',
        "description": "{not: a, mapping} & *no anchor, ${{ no }} {{ variable }}",
        "author": "O <o@x.org>",
    },
    "the longest package, and code in Python": {
        "package_name": LONGEST_PACKAGE,
        "description": '"""); open("pwned", "w") #',
        "author": "O'Neil & Söhne, Dr.",
    },
    "code in a name and in a shell": {
        "description": "$(touch pwned) `touch pwned`",
        "author": '"}], x = [{y="z',
    },
}

REFUSED: dict[str, dict[str, str]] = {
    "project_name": {"project_name": "A <b>name</b>"},
    "project_slug": {"project_slug": "../outside"},
    "package_name": {"package_name": "class"},
    "package_name: 'json'": {"package_name": "json"},
    "description": {"description": "two\nlines"},
    "description: '<% raw %><< x >><% endraw %>'": {"description": "<% raw %><< x >><% endraw %>"},
    "author": {"author": "Ann\u202e Example"},
}


@pytest.mark.parametrize(("task", "chosen"), [*zip(TASKS, ("yes", "no"), strict=True)])
def test_a_project_has_no_leftovers(
    cookies: Cookies, template: Path, task: str, chosen: str
) -> None:
    answers = {"task": task, **dict.fromkeys(PARTS, chosen)}
    result: Result = cookies.bake(extra_context=answers, template=str(template))
    assert result.exception is None, result.exception
    rendered = texts(result.project_path)
    assert len(rendered) > 60
    for path, text in rendered.items():
        found = LEFTOVERS.search(f"{path}\n{text}")
        assert not found, f"{path}: {found and found[0]!r} is left"
        assert text.endswith("\n") or not text, f"{path} has no newline at its end"


def test_no_file_depends_on_both_the_task_and_a_chosen_part() -> None:
    """Each is tried once above: another combination of them has no other file."""
    found = set()
    for path, content in contents(SKELETON).items():
        statements = b"" if path.parts[0] == "runtime" else b"".join(STATEMENT.findall(content))
        asked = {name.decode() for name in re.findall(rb"cookiecutter\.(\w+)", statements)}
        found |= asked
        assert not ("task" in asked and asked & {*PARTS}), path
    assert {"task", *PARTS} <= found


@pytest.mark.parametrize("answers", AWKWARD.values(), ids=AWKWARD)
def test_awkward_answers_arrive_as_they_are(
    template: Path, tmp_path: Path, answers: dict[str, str]
) -> None:
    project = bake(answers, tmp_path)
    recorded = json.loads((project / ".template.json").read_text("utf-8"))["answers"]
    pyproject = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    config = yaml.safe_load((project / "config.yaml").read_text("utf-8"))
    for name, answer in answers.items():
        assert recorded[name] == answer
    assert pyproject["description"] == config["model"]["description"] == recorded["description"]
    assert ("email" in pyproject["authors"][0]) == ("<" in recorded["author"])
    assert not list(tmp_path.rglob("pwned"))
    assert not Path("pwned").exists()


@pytest.mark.parametrize(("field", "answers"), REFUSED.items(), ids=REFUSED)
def test_refused_answers_are_named_and_leave_nothing(
    template: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    field: str,
    answers: dict[str, str],
) -> None:
    with pytest.raises(FailedHookException):
        cookiecutter(
            str(template), no_input=True, extra_context=answers, output_dir=str(tmp_path / "out")
        )
    assert f"  - {field}" in capfd.readouterr().err
    assert not list(tmp_path.rglob("*.toml"))


def test_all_refused_answers_are_named_at_once(template: Path, tmp_path: Path) -> None:
    answers = {"author": "", "package_name": "1a", "description": ""}
    with pytest.raises(UpgradeError) as refused:
        bake(answers, tmp_path)
    said = str(refused.value).splitlines()
    assert sum(line.startswith("  - ") for line in said) == len(said) - 2 == 3, said


def test_the_name_of_a_library_that_the_project_needs_is_refused(
    template: Path, baked: Baked, tmp_path: Path
) -> None:
    project = baked()
    own = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    runtime = tomllib.loads((project / "runtime" / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [own["project"]["dependencies"], *own["dependency-groups"].values()]
    lists += [runtime["dependencies"], *runtime["optional-dependencies"].values()]
    names = {
        re.split("[^a-z0-9-]", line.lower())[0]
        for lines in lists
        for line in lines
        if isinstance(line, str)
    }
    assert len(names) > 20
    taken = (template / "hooks" / "taken_names.txt").read_text("utf-8").split()
    for name in names:
        assert name.replace("-", "_") in taken, f"{name} may be a project's name"
    said = "package_name: 'test' is the name of a library or folder"
    with pytest.raises(UpgradeError, match=said):
        bake({"package_name": "test"}, tmp_path / "refused")


def test_the_pythons_of_a_project_are_those_that_can_be_chosen(
    template: Path, cook: Cook, tmp_path: Path
) -> None:
    choices = json.loads((template / "cookiecutter.json").read_text("utf-8"))["python_version"]
    newest = int(choices[-1].removeprefix("3."))
    for version in choices:
        project = render(cook.template, {"python_version": version}, tmp_path / version)
        about = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
        assert about["requires-python"] == f">={version},<3.{newest + 1}"
        assert (project / ".python-version").read_text("utf-8") == f"{version}\n"


def test_a_task_that_is_none_is_refused(template: Path, tmp_path: Path) -> None:
    with pytest.raises(UpgradeError, match="clustering"):
        bake({"task": "clustering"}, tmp_path)


def test_the_record_holds_the_answers_and_no_machine_path(template: Path, tmp_path: Path) -> None:
    project = bake({"project_name": "Price of Ice"}, tmp_path)
    record: dict[str, Any] = json.loads((project / ".template.json").read_text("utf-8"))
    prompts = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    assert record["version"] == prompts["_template_version"]
    assert set(record["answers"]) == {name for name in prompts if not name.startswith("_")}
    assert record["answers"]["package_name"] == "price_of_ice"
    for path, text in texts(project).items():
        assert str(tmp_path) not in text, path
        assert str(template) not in text, path


def test_every_prompt_is_worded(template: Path) -> None:
    prompts = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    public = {name for name in prompts if not name.startswith("_")}
    assert set(prompts["__prompts__"]) == public


@pytest.mark.parametrize("name", names())
def test_an_example_holds_only_what_is_the_users_and_nothing_needlessly(
    tmp_path: Path, name: str
) -> None:
    source = ROOT / "examples" / name
    answers = json.loads((source / "answers.json").read_text("utf-8"))
    plain = texts(bake(answers, tmp_path))
    own = re.compile(
        rf"src/{answers['package_name']}/use_case/|tests/|data/|client/theme\.css|config\.yaml"
    )
    added = re.compile(r"benchmarks/\w+\.py")
    laid_over = {path: text for path, text in texts(source).items() if path.name != "answers.json"}
    assert laid_over
    for path, text in laid_over.items():
        assert plain.get(path) != text, f"{name}/{path} is what the template has anyway"
        allowed = own.match(str(path)) or (path not in plain and added.match(str(path)))
        assert allowed, f"{name}/{path} is the template's"


def test_rendering_again_keeps_what_the_template_does_not_know(tmp_path: Path) -> None:
    project = make_example("titanic", tmp_path)
    (project / "notes.txt").write_text("mine")
    assert make_example("titanic", tmp_path) == project
    assert (project / "notes.txt").read_text() == "mine"


def test_a_dollar_in_the_description_is_none_to_the_dockerfile(
    template: Path, tmp_path: Path
) -> None:
    project = bake({"description": "5 $USD, or ${less"}, tmp_path)
    text = (project / "deploy" / "docker" / "Dockerfile").read_text("utf-8")
    assert r'description="5 \$USD, or \${less"' in text
