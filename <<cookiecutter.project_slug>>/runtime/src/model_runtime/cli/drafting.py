"""The commands that look at a table before there is a model."""

from typing import Annotated

import typer

from ..settings import read_settings
from ..tables.form import AskedForm
from ..terminal import console, failures_told, say, stoppable
from .csv_form import Decimal, Encoding, Separator

app = typer.Typer()


@app.command()
def features(
    source: Annotated[str, typer.Option("--from", help="A table: CSV or Parquet.")] = "",
    target: Annotated[str, typer.Option(help="The column to predict; left out, the last.")] = "",
    encoding: Encoding = "",
    separator: Separator = "",
    decimal: Decimal = "",
    task: Annotated[str, typer.Option(help="classification or regression; left out, found.")] = "",
    force: Annotated[bool, typer.Option(help="Replace a file that git does not have.")] = False,
) -> None:
    """Draft features.yaml from a table, and data_loader.py where it is still the sample."""
    with failures_told(), stoppable():
        form = AskedForm(encoding, separator, decimal)
        with console.status("The table is being read …"):
            from ..drafting.run import Asked, draft

            said = [*draft(Asked(source, target, form, task, force))]
        for line in said:
            say(line)


@app.command()
def profile(
    source: Annotated[
        str, typer.Option("--from", help="A table; left out, what DataLoader.load_data loads.")
    ] = "",
    target: Annotated[str, typer.Option(help="Its column to predict.")] = "",
    encoding: Encoding = "",
    separator: Separator = "",
    decimal: Decimal = "",
) -> None:
    """Show the data before training, as a page: types, missing, ranges, what tells the target."""
    with failures_told(), stoppable():
        settings, form = read_settings(), AskedForm(encoding, separator, decimal)
        with console.status("The data are being looked at …"):
            from ..profiling.findings import findings
            from ..profiling.run import profile_own, profile_table, write_profile
            from ..training.hooks import own_use_case

            if source:
                found = profile_table(source, target, form, settings.training.seed)
            else:
                found = profile_own(own_use_case(), settings)
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
