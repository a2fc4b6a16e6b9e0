"""The commands of the pipeline that retrains."""

from typing import Annotated

import typer
from model_runtime.progress import Progress
from model_runtime.settings import read_settings
from model_runtime.terminal import console, failures_told, say, stoppable

from ..settings import read_azure

app = typer.Typer()

Version = Annotated[str, typer.Option("--data", help="Of the data asset: latest, or a number.")]


@app.command()
def pipeline(version: Version = "latest") -> None:
    """Put data, retraining, gates and registration behind an address, and on its schedule."""
    with failures_told(), stoppable():
        azure, settings = read_azure(), read_settings()
        from ..cloud import workspace
        from ..learning.data import found
        from ..pipeline.endpoint import Deploying

        client = workspace(azure)
        deploying = Deploying(client, azure, settings, Progress(console))
        say(f"  address  {deploying.deploy(found(client, version))}")
        say("  next     make azure-pipeline-run")


@app.command()
def pipeline_run(version: Version = "latest") -> None:
    """Start the pipeline by one HTTP call, and say the run's id, and how to do the same by curl."""
    with failures_told(), stoppable():
        azure = read_azure()
        from ..cloud import workspace
        from ..learning.data import found
        from ..pipeline.call import call

        client = workspace(azure)
        wanted = call(client, azure, found(client, version))
        run = wanted.send()
        say(f"  run      {run}")
        say(f"  the same {wanted.curl()}")
        say(f"  next     make azure-pipeline-status RUN={run}")


@app.command()
def pipeline_status(
    run: Annotated[str, typer.Option(help="Its id; left out, the last one.")] = "",
) -> None:
    """Say how far a run is; fails where it has failed."""
    with failures_told(), stoppable():
        azure = read_azure()
        from ..cloud import workspace
        from ..pipeline.runs import last, report

        client = workspace(azure)
        lines, failed = report(client, run or last(client))
        for line in lines:
            say(line)
        if failed:
            raise typer.Exit(1)
