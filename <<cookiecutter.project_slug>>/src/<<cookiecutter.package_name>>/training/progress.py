"""Say what training does while it does it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Step:
    """A step of the run; what it found is shown when it ends."""

    found = ""


class Progress:
    """Writes a line for each step, with its time, and a spinner meanwhile on a terminal."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self.console = console

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Show a step from its begin to its end."""
        step = Step()
        start = time.perf_counter()
        with self.console.status(f"{name} …"):
            yield step
        seconds = time.perf_counter() - start
        line = f"{name:<10} {step.found}  [dim]{seconds:.1f} s[/]"
        self.console.print(line, highlight=False, soft_wrap=True)
