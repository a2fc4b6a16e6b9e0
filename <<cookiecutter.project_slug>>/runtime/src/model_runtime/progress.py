"""Say what training does while it does it.

A step is a line of the output, written when it ends. Meanwhile a terminal shows a spinner with the
seconds so far; elsewhere, as in a CI's log, a line is written now and then. Code that a step calls
says by `advance` how far it is, and both get what is left.
"""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import Event, Thread
from typing import ParamSpec, TypeVar

from rich.console import Console
from rich.text import Text

from .errors import ProjectError
from .terminal import say

EVERY_S = 30.0
"""Seconds to a step's first line where there is no terminal; to each next one twice as long."""

LONGEST_S = 600.0
"""Seconds between two such lines at the most."""

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def explained(step: str) -> Iterator[None]:
    """Turn a failure of code that nobody foresaw, the use case's first of all, into a sentence."""
    try:
        yield
    except ProjectError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "use_case" in Path(frame.filename).parts]
        place = (own or frames)[-1]
        message = str(error).strip().split("\n")[0][:300]
        if isinstance(error, UnicodeDecodeError):
            message += "; the file is not UTF-8: say its encoding where it is read (latin-1?)"
        raise ProjectError(
            f"The step '{step}' failed in {place.name}, {place.filename}:{place.lineno}: "
            f"{type(error).__name__}: {message}"
        ) from error


class Step:
    """A step of the run; what it found is shown when it ends."""

    found = ""

    def __init__(self, name: str) -> None:
        """Begin."""
        self.name = name
        self._start = time.perf_counter()
        self._tell: Callable[[], str] = self._elapsed
        self._of, self._counted_from = "", self._start
        self.others: list[tuple[str, str]] = []

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self._start

    def show(self, ask: Callable[[], str]) -> None:
        """Show from now on what a function says, asked several times a second."""
        self._tell = ask

    def advance(self, done: int, total: int, of: str) -> None:
        """Show how far it is, and how long the rest will take at the speed so far.

        Args:
            done: How many are done; with another `of` than before, time is counted anew.
            total: How many there are.
            of: The things counted, e.g. "folds".
        """
        now = time.perf_counter()
        if of != self._of:
            self._of, self._counted_from = of, now
        end = now + (now - self._counted_from) * (total - done) / done if done else None

        def tell() -> str:
            said = f"{self._elapsed()}, {done:,} of {total:,} {of}"
            left = max(0.0, end - time.perf_counter()) if end else 0.0
            return f"{said}, about {duration(left)} left" if left >= 1 else said

        self._tell = tell

    def __str__(self) -> str:
        """Say what it does just now."""
        return self._tell()

    def __rich__(self) -> Text:
        """Give a terminal what it shows, each time that it shows it."""
        return Text(str(self))

    def _elapsed(self) -> str:
        return f"{self.name} … {duration(self.seconds)}"


_under_way: ContextVar[Step | None] = ContextVar("step", default=None)


def advance(done: int, total: int, of: str) -> None:
    """Say of the step under way how far it is, see `Step.advance`; nothing where there is none."""
    if (step := _under_way.get()) is not None:
        step.advance(done, total, of)


def show(ask: Callable[[], str]) -> None:
    """Let the step under way show what a function says, see `Step.show`; nothing without one."""
    if (step := _under_way.get()) is not None:
        step.show(ask)


def also(name: str, found: str) -> None:
    """Write another line after that of the step under way; nothing where there is none."""
    if (step := _under_way.get()) is not None:
        step.others.append((name, found))


class Progress:
    """Writes a line for each step, with its time, and shows or writes meanwhile how far it is."""

    def __init__(self, console: Console, every: float = EVERY_S) -> None:
        """Write to a console; where it is no terminal, first after so many seconds of a step."""
        self.console = console
        self._every = every

    def run(self, name: str, stage: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Run a stage as a step and return its result, whose text ends the step's line."""
        with self.step(name) as step:
            result = stage(*args, **options)
            step.found = str(result)
        return result

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Show a step from its start to its end."""
        step = Step(name)
        token = _under_way.set(step)
        shown = self.console.status(step) if self.console.is_terminal else self._written(step)
        try:
            with shown, explained(name):
                yield step
        finally:
            _under_way.reset(token)
        line = Text.assemble(f"{name:<10} {step.found}  ", (f"{step.seconds:.1f} s", "dim"))
        self.console.print(line, soft_wrap=True)
        for other, found in step.others:
            self.console.print(Text(f"{other:<10} {found}"), soft_wrap=True)

    @contextmanager
    def _written(self, step: Step) -> Iterator[None]:
        """Write now and then, at growing intervals, what a step does just now."""
        ended = Event()

        def write() -> None:
            wait = self._every
            while not ended.wait(wait):
                say(str(step), to=self.console)
                wait = min(2 * wait, LONGEST_S)

        writer = Thread(target=write, name="progress", daemon=True)
        writer.start()
        try:
            yield
        finally:
            ended.set()
            writer.join()


def duration(seconds: float) -> str:
    """Write seconds as people do: 45 s, 3 min, 2.5 h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"
