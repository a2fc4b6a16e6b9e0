"""The commands that bring data and trainings to Azure."""

import typer
from model_runtime.progress import Progress
from model_runtime.terminal import console, failures_told, say, stoppable

from .settings import read_azure

app = typer.Typer()


@app.command()
def data() -> None:
    """Upload data/ and register it as the next version of the data asset.

    Where the last version has the same files, nothing is uploaded.
    """
    with failures_told(), stoppable():
        azure = read_azure()
        from .cloud import workspace
        from .data import register

        Progress(console).run("upload", register, workspace(azure))
        say("  next     make azure-train")
