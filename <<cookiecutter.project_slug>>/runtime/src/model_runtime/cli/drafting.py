"""The commands that look at a table before there is a model."""

from typing import Annotated

import typer

from ..settings import read_settings
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


@app.command()
def profile(
    source: Annotated[
        str, typer.Option("--from", help="A table; left out, what DataLoader.load_data loads.")
    ] = "",
    target: Annotated[str, typer.Option(help="Its column to predict.")] = "",
    encoding: Annotated[str, typer.Option(help="Of CSV, e.g. latin-1; left out, found.")] = "",
) -> None:
    """Show the data before training, as a page: types, missing, ranges, what tells the target."""
    with failures_told(), stoppable():
        settings = read_settings()
        with console.status("The data are being looked at …"):
            from ..profiling.findings import findings
            from ..profiling.run import profile_own, profile_table, write_profile

            seed = settings.training.seed
            own = not source
            found = profile_own(settings) if own else profile_table(source, target, encoding, seed)
            page = write_profile(found, settings)
        for sentence in findings(found):
            say(f"look  {sentence}")
        say(f"page  {page}")


@app.command()
def notebook() -> None:
    """Write notebooks/start.ipynb, which begins with the data and the model; once."""
    with failures_told():
        from ..notebook.write import FILE, write_notebook

        say(f"{FILE} {'is written' if write_notebook() else 'is yours, and stays as it is'}")
