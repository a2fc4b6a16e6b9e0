"""The commands that bring data and trainings to Azure."""

from typing import Annotated

import typer
from model_runtime.errors import ProjectError
from model_runtime.progress import Progress
from model_runtime.settings import read_settings
from model_runtime.terminal import console, failures_told, say, stoppable

from ..settings import read_azure

app = typer.Typer()


@app.command()
def data() -> None:
    """Upload data/ and register it as the next version of the data asset.

    Where the last version has the same files, nothing is uploaded.
    """
    with failures_told(), stoppable():
        azure = read_azure()
        from ..cloud import workspace
        from ..learning.data import register

        Progress(console).run("upload", register, workspace(azure))
        say("  next     make azure-train")


@app.command()
def train(
    version: Annotated[
        str, typer.Option("--data", help="Of the data asset: latest, or a number.")
    ] = "latest",
) -> None:
    """Train on the workspace's cluster, and show the log until the end.

    Run, metrics and bundle land in the workspace's registry. Ctrl-C ends the showing alone.
    """
    with failures_told(), stoppable():
        azure, settings = read_azure(), read_settings()
        from ..cloud import workspace
        from ..learning.data import found
        from ..learning.follow import Follower, page
        from ..learning.train import begin

        client, progress = workspace(azure), Progress(console)
        name = begin(client, azure, settings, found(client, version), progress)
        say(f"  page     {page(client, name)}")
        Follower(client, name, progress).follow()
        say("  next     make models")


@app.command()
def job(
    name: Annotated[str, typer.Argument(metavar="JOB", help="Its name.")] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="End it instead.")] = False,
) -> None:
    """Show a job's log until its end, or end it."""
    with failures_told(), stoppable():
        if not name:
            raise ProjectError("Say which job: make azure-job JOB=….")
        azure = read_azure()
        from ..cloud import workspace
        from ..learning.follow import Follower
        from ..learning.follow import cancel as end

        client = workspace(azure)
        if cancel:
            end(client, name)
            say(f"The job {name} is being cancelled.")
            return
        Follower(client, name, Progress(console)).follow()
