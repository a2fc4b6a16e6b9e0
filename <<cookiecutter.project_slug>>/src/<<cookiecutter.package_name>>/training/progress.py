"""Say what training does while it does it."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.text import Text

from ..errors import ProjectError


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


class _Now:
    """A text that is asked for anew each time that a terminal shows it."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask = ask

    def __rich__(self) -> Text:
        return Text(self._ask())


class Step:
    """A step of the run; what it found is shown when it ends."""

    found = ""

    def __init__(self, status: Status) -> None:
        """Begin; the status is what a terminal shows meanwhile."""
        self._status = status

    def show(self, ask: Callable[[], str]) -> None:
        """Show from now on what a function says, asked several times a second."""
        self._status.update(_Now(ask))


class Progress:
    """Writes a line for each step, with its time, and a spinner meanwhile on a terminal."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self.console = console

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Show a step from its begin to its end."""
        start = time.perf_counter()
        with self.console.status(f"{name} …") as status, explained(name):
            step = Step(status)
            yield step
        seconds = time.perf_counter() - start
        line = f"{name:<10} {step.found}  [dim]{seconds:.1f} s[/]"
        self.console.print(line, highlight=False, soft_wrap=True)
