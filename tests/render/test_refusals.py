"""A refusal says all that is wrong at once, and loses no answer that was right."""

import shlex

import pytest

from tests.support.cook import Cook

ANSWERS = {
    "project_name": "Churn: who's leaving?",
    "package_name": "class",
    "description": 'It\'s $HOME, `x` & "why"',
    "author": "Ann <a@example.org>",
    "task": "regression",
    "python_version": "3.12",
    "github_actions": "yes",
    "ansible": "yes",
    "azure": "yes",
}
TEXTS = ("project_name", "project_slug", "package_name", "author")


def test_a_refusal_has_a_command_with_the_other_answers(cook: Cook) -> None:
    refused = cook.run(typed=cook.typing(ANSWERS))
    assert "  - package_name: 'class' is Python's own name" in refused.stderr
    (command,) = [
        line for line in refused.stderr.splitlines() if line.startswith("  cookiecutter ")
    ]
    assert command.endswith(" package_name=")
    words = shlex.split(f"{command}classes")
    assert words[:2] == ["cookiecutter", str(cook.template)]
    done = cook.run(*words[2:])
    assert done.returncode == 0, done.stderr
    unasked = {"project_slug": "churn-whos-leaving"} | dict.fromkeys(
        ("jenkins_controller", "monitoring"), "no"
    )
    assert cook.recorded() == {**ANSWERS, **unasked, "package_name": "classes"}


@pytest.mark.parametrize("length", [10_000, 100_000])
def test_answers_of_any_length_are_each_refused_by_a_sentence(cook: Cook, length: int) -> None:
    names = (*TEXTS, "task")
    refused = cook.run("--no-input", *(f"{name}={'x' * length}" for name in names))
    for name in names:
        assert f"  - {name}: 'xxx" in refused.stderr
    assert len(refused.stderr) < 2_000 * len(names)
    assert max(map(len, refused.stderr.splitlines())) < 1_000
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("length", [10_000, 100_000])
@pytest.mark.parametrize(
    "names",
    [("project_name", "package_name"), ("project_slug",)],
    ids=["before a slug that is derived", "before a package that is derived"],
)
def test_typed_answers_of_any_length_are_each_refused_by_a_sentence(
    cook: Cook, names: tuple[str, ...], length: int
) -> None:
    refused = cook.run(typed=cook.typing(dict.fromkeys(names, "x" * length)))
    for name in names:
        assert f"  - {name}: 'xxx" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout
