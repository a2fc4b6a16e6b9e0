"""However a run of Cookiecutter ends, the folder for temporary files is as it was."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cook import Cook
from tools.examples import ROOT, provenance

pytestmark = pytest.mark.slow  # each test makes several projects

REFUSED = {
    "a text": ["--no-input", "package_name=class"],
    "a name that is derived": ["--no-input", "project_slug=a/b"],
    "a choice": ["--no-input", "task=clustering"],
    "a question that is none": ["--no-input", "projct_name=Churn"],
    "a setting of the template's": ["--no-input", "_extensions=x"],
    "a replay file that is none": ["--replay-file", "nowhere.json"],
    "a folder that is there": ["--no-input", "project_slug=there"],
}


@pytest.mark.parametrize("arguments", REFUSED.values(), ids=REFUSED)
def test_a_refused_run_leaves_nothing(cook: Cook, arguments: list[str]) -> None:
    (cook.output / "there").mkdir(parents=True, exist_ok=True)
    refused = cook.run(*arguments)
    assert refused.returncode
    assert [path.name for path in cook.output.iterdir()] == ["there"]
    assert not list(cook.temporary.iterdir())


def test_an_accepted_run_leaves_a_project_alone(cook: Cook) -> None:
    done = cook.run("--no-input", "project_slug=accepted")
    assert done.returncode == 0, done.stderr
    assert not list(cook.temporary.iterdir())


def test_an_answer_that_is_refused_after_the_prompts_leaves_nothing(cook: Cook) -> None:
    refused = cook.run(typed=cook.typing({"package_name": "class"}))
    assert "  - package_name: 'class'" in refused.stderr
    assert not list(cook.temporary.iterdir())


@pytest.mark.parametrize("ending", [signal.SIGINT, None])
def test_prompts_that_are_left_leave_nothing(cook: Cook, ending: signal.Signals | None) -> None:
    with subprocess.Popen(
        cook.command(),
        cwd=cook.folder,
        env=cook.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as asked:
        assert asked.stdin and asked.stdout
        shown = b""
        while not shown.endswith(b": "):  # earlier, the interrupt may be lost in what prints it
            shown += (more := os.read(asked.stdout.fileno(), 4096))
            assert more, f"nothing is asked: {shown!r}"
        assert list(cook.temporary.iterdir()), "there is no copy to be removed"
        if ending:
            asked.send_signal(ending)
        else:
            asked.stdin.close()
        try:
            assert asked.wait(30)
        except subprocess.TimeoutExpired:  # on a crowded machine it is lost still; press it again
            asked.send_signal(signal.SIGINT)
            assert asked.wait(30)
    assert not list(cook.temporary.iterdir())


def test_calls_from_python_leave_nothing_when_it_ends(cook: Cook) -> None:
    call = f"cookiecutter({str(cook.template)!r}, no_input=True, output_dir='called', "
    code = f"""if True:
        from cookiecutter.exceptions import FailedHookException
        from cookiecutter.main import cookiecutter
        {call}extra_context={{'project_slug': 'one'}})
        {call}extra_context={{'project_slug': 'two'}})
        try:
            {call}extra_context={{'package_name': 'class'}})
        except FailedHookException:
            print("refused")
    """
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cook.folder,
        env=cook.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "refused" in done.stdout
    assert not list(cook.temporary.iterdir())


def test_a_foreign_replay_file_leaves_nothing(cook: Cook) -> None:
    content = cook.replayed()
    content["cookiecutter"]["_extensions"] = []
    assert cook.replay(content).returncode
    assert not list(cook.temporary.iterdir())
    (cook.folder / "foreign.json").write_text(json.dumps({"cookiecutter": 5}), "utf-8")
    assert cook.run("--replay-file", "foreign.json").returncode
    assert not list(cook.temporary.iterdir())


def test_make_new_records_where_a_project_is_from(tmp_path: Path) -> None:
    arguments = ["--output", tmp_path, "--no-input", "project_slug=newest", "ansible=yes"]
    command = [sys.executable, "-m", "tools.new", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    record = json.loads((tmp_path / "newest" / ".template.json").read_text("utf-8"))
    assert record["commit"] == (provenance()["_template_commit"] or None)
    assert record["answers"]["ansible"] == "yes"
