"""The commands that look at a table before there is a model."""

from typing import Annotated

import typer

from ..terminal import console, failures_told, say, stoppable

app = typer.Typer()


@app.command()
def features(
    source: Annotated[str, typer.Option("--from", help="A table: CSV or Parquet.")] = "",
    target: Annotated[str, typer.Option(help="The column to predict; left out, the last.")] = "",
    encoding: Annotated[str, typer.Option(help="Of CSV, e.g. latin-1; left out, found.")] = "",
    task: Annotated[str, typer.Option(help="classification or regression; left out, found.")] = "",
    force: Annotated[bool, typer.Option(help="Replace a file that git does not have.")] = False,
) -> None:
    """Draft features.yaml from a table, and data_loader.py where it is still the sample."""
    with failures_told(), stoppable():
        with console.status("The table is being read …"):
            from ..drafting.run import Asked, draft

            said = [*draft(Asked(source, target, encoding, task, force))]
        for line in said:
            say(line)
