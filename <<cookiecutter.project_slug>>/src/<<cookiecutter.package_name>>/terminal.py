"""The terminal, and failures as sentences, for all commands."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from .errors import ProjectError

console = Console()


class _ConsoleHandler(logging.Handler):
    """Shows what the use case logs above the progress, not across it."""

    def emit(self, record: logging.LogRecord) -> None:
        console.print(record.getMessage(), highlight=False, markup=False, soft_wrap=True)


@contextmanager
def failures_told() -> Iterator[None]:
    """Print a ProjectError as what it says, and end with 1."""
    try:
        yield
    except ProjectError as error:
        failures = Console(stderr=True, soft_wrap=True)
        failures.print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(1) from error


def logging_to_console() -> None:
    """Show what the use case logs."""
    logging.basicConfig(level=logging.INFO, handlers=[_ConsoleHandler()])


@contextmanager
def stoppable() -> Iterator[None]:
    """Let what has begun be undone where a signal ends the process."""

    def stop(number: int, _: object) -> None:
        Console(stderr=True).print("Interrupted.", style="red")
        raise typer.Exit(128 + number)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
