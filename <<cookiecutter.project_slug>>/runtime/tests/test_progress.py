"""Progress: each step over seconds says how far it is, on a terminal and in a log."""

import io
import re
import signal
import time
from threading import Event

import pytest
from rich.console import Console

from model_runtime.errors import ProjectError
from model_runtime.progress import Progress, Step, advance, also
from model_runtime.terminal import stoppable


class Log(io.StringIO):
    """A log that tells when something that is waited for was written."""

    def __init__(self, awaited: str) -> None:
        super().__init__()
        self.awaited, self.written = awaited, Event()

    def write(self, text: str) -> int:
        done = super().write(text)
        if self.awaited in self.getvalue():
            self.written.set()
        return done


def test_a_log_gets_a_line_now_and_then_while_a_step_goes_on() -> None:
    log = Log("fit … 0 s, 2 of 5 folds")
    with Progress(Console(file=log, width=200), every=0.01).step("fit") as step:
        advance(2, 5, "folds")
        assert log.written.wait(30), log.getvalue()
        step.found = "found"
    assert re.search(r"^fit        found  0\.\d s$", log.getvalue().splitlines()[-1])


def test_a_short_step_is_one_line_of_a_log() -> None:
    log = io.StringIO()
    with Progress(Console(file=log)).step("load") as step:
        step.found = "[3] rows"
    assert log.getvalue() == "load       [3] rows  0.0 s\n"


def test_a_terminal_shows_the_same_until_the_step_ends() -> None:
    log = Log("1 of 4 folds")
    console = Console(file=log, force_terminal=True, width=200)
    with Progress(console, every=3_600).step("evaluate"):
        advance(1, 4, "folds")
        assert log.written.wait(30), log.getvalue()


def test_a_step_that_fails_ends_its_lines() -> None:
    log = io.StringIO()
    with (
        pytest.raises(ProjectError, match=r"The step 'fit' failed in .*: ZeroDivisionError"),
        Progress(Console(file=log), every=3_600).step("fit"),
    ):
        _ = 1 / 0
    assert log.getvalue() == ""


def test_what_is_left_follows_from_the_speed_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    step = Step("report")
    now[0] += 10
    step.advance(0, 30, "columns")
    assert str(step) == "report … 10 s, 0 of 30 columns"
    now[0] += 20
    step.advance(10, 30, "columns")
    assert str(step) == "report … 30 s, 10 of 30 columns, about 40 s left"
    now[0] += 15
    assert str(step) == "report … 45 s, 10 of 30 columns, about 25 s left"
    step.advance(1, 3, "pictures")
    assert str(step) == "report … 45 s, 1 of 3 pictures"
    now[0] += 7_155
    assert str(step) == "report … 2.0 h, 1 of 3 pictures"


def test_without_a_step_nothing_is_said() -> None:
    advance(1, 2, "folds")
    also("form", "tabs")


def test_what_is_told_beside_stands_in_lines_of_its_own() -> None:
    log = io.StringIO()
    with Progress(Console(file=log)).step("read") as step:
        also("form", "tabs")
        step.found = "3 rows"
    first, second = log.getvalue().splitlines()
    assert first.startswith("read       3 rows  ")
    assert second == "form       tabs"


def test_a_signal_ends_a_step_with_its_own_number_and_no_other_words() -> None:
    log = io.StringIO()
    progress = Progress(Console(file=log))
    with pytest.raises(SystemExit) as ended, stoppable(), progress.step("fit"):
        signal.raise_signal(signal.SIGTERM)
    assert (ended.value.code, log.getvalue()) == (128 + signal.SIGTERM, "")
