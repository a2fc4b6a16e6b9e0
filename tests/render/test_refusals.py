"""A refusal says all that is wrong at once, and loses no answer that was right."""

import shlex

import pytest

from tests.support.cook import Cook

TYPED = ("Churn: who's leaving?", "", "class", 'It\'s $HOME, `x` & "why"', "Ann <a@example.org>")


def test_a_refusal_has_a_command_with_the_other_answers(cook: Cook) -> None:
    refused = cook.run(typed="".join(f"{line}\n" for line in (*TYPED, *"2212")))
    assert "  - package_name: 'class' is Python's own name" in refused.stderr
    (command,) = [
        line for line in refused.stderr.splitlines() if line.startswith("  cookiecutter ")
    ]
    assert command.endswith(" package_name=")
    words = shlex.split(f"{command}classes")
    assert words[:2] == ["cookiecutter", str(cook.template)]
    done = cook.run(*words[2:])
    assert done.returncode == 0, done.stderr
    answers = cook.recorded()
    assert [*answers.values()] == [
        *(TYPED[0], "churn-whos-leaving", "classes", *TYPED[3:]),
        *("regression", "3.12", "yes", "no"),
    ]


@pytest.mark.parametrize("name", ["project_name", "project_slug", "package_name", "author", "task"])
@pytest.mark.parametrize("length", [10_000, 100_000])
def test_an_answer_of_any_length_is_refused_by_a_sentence(
    cook: Cook, name: str, length: int
) -> None:
    refused = cook.run("--no-input", f"{name}={'x' * length}")
    assert f"  - {name}: 'xxx" in refused.stderr
    assert len(refused.stderr) < 2_000
    assert "Traceback" not in refused.stderr
    typed = {"project_name": "{}\n\n\n", "project_slug": "\n{}\n\n", "package_name": "\n\n{}\n"}
    if name in typed:
        refused = cook.run(typed=typed[name].format("x" * length) + "\n" * 6)
        assert f"  - {name}: 'xxx" in refused.stderr
        assert "Traceback" not in refused.stderr + refused.stdout
