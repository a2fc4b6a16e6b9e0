"""The terminal that the commands share, and failures as sentences."""

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from .errors import Interrupted, ProjectError

console = Console()

_AGAIN_S = 0.02


def say(text: str, style: str = "", to: Console = console) -> None:
    """Print a text as it is: nothing in it is markup, coloured or wrapped."""
    to.print(text, style=style, highlight=False, markup=False, soft_wrap=True)


def confirmed(question: str, without: str) -> bool:
    """Ask a question that only y or yes answers with true.

    Args:
        question: Asked on the terminal.
        without: The way to do it without a question.

    Raises:
        ProjectError: There is no terminal to ask on.
    """
    if not sys.stdin.isatty():
        raise ProjectError(f"{question} Nobody can answer here; say it before: {without}.")
    return console.input(f"{question} [y/N] ", markup=False).strip().lower() in {"y", "yes"}


class _ConsoleHandler(logging.Handler):
    """Shows what the use case logs above the progress, not across it."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


@contextmanager
def failures_told() -> Iterator[None]:
    """Print a ProjectError as what it says, and end with 1."""
    try:
        yield
    except ProjectError as error:
        say(str(error), "red", Console(stderr=True))
        raise typer.Exit(1) from error


def logging_to_console() -> None:
    """Show what the use case logs."""
    logging.basicConfig(level=logging.INFO, handlers=[_ConsoleHandler()])


@contextmanager
def stoppable() -> Iterator[None]:
    """Undo unfinished work where a signal ends the process."""
    came: list[int] = []

    def stop(number: int, _: object) -> None:
        if not came:
            Console(stderr=True).print("Interrupted.", style="red")
        came.append(number)
        raise Interrupted(128 + number)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # What is ignored already stays so: nohup lets a command outlive its terminal.
    heard = [number for number in signals if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        with _sent_again(came):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _sent_again(came: list[int]) -> Iterator[None]:
    """Send the last signal again where its exception came upon a finalizer.

    Python passes none on from there: the work would go on, as if nothing had come.
    """
    hook, main, timers = sys.unraisablehook, threading.main_thread().ident or 0, []

    def lost(found: "sys.UnraisableHookArgs") -> None:
        if not isinstance(found.exc_value, Interrupted):
            hook(found)
            return
        timers.append(threading.Timer(_AGAIN_S, signal.pthread_kill, (main, came[-1])))
        timers[-1].start()

    sys.unraisablehook = lost
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for timer in timers:
            timer.cancel()
    if timers:  # it came just before the end
        raise Interrupted(128 + came[-1])
