"""The command that examines a project before a long training and before a deployment."""

from collections import Counter

import typer
from rich.text import Text

from ..terminal import console, failures_told, stoppable

app = typer.Typer()

_STYLES = {"fine": "green", "look": "yellow", "wrong": "red"}


@app.command()
def doctor() -> None:
    """Examine the use case on a few rows, and what was made from it; in seconds.

    A line for each thing: fine, look (it may be meant) or wrong. Fails where something is wrong.
    """
    with failures_told(), stoppable():
        with console.status("scikit-learn is being loaded …"):
            from ..doctor.examine import examine
        counts: Counter[str] = Counter()
        for found in examine():
            counts[found.kind] += 1
            mark = Text.assemble((f"{found.kind:<6}", _STYLES[found.kind]), f"{found.part:<14}")
            console.print(mark + Text(found.text), soft_wrap=True)
        said = f"{counts['wrong']} wrong, {counts['look']} to look at, {counts['fine']} fine"
        console.print(Text(f"\n{said}"))
        if counts["wrong"]:
            raise typer.Exit(1)
