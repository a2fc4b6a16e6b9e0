"""The command that releases the service beside the workspace."""

from typing import Annotated

import typer
from model_runtime.errors import ProjectError
from model_runtime.settings import read_settings
from model_runtime.terminal import failures_told, say, stoppable

from ..infrastructure.arm import resource_manager
from ..settings import FILE, read_azure

app = typer.Typer()


@app.command()
def release(
    tag: Annotated[str | None, typer.Option(help="The image's; left out, the bundle's.")] = None,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Run what ran before instead.")
    ] = False,
) -> None:
    """Run the pushed image as service.kind says, ask it, and take it back if it fails."""
    with failures_told(), stoppable():
        from ..release import apps, cluster, instance
        from ..release.service import service

        azure = read_azure()
        ways = {"container-apps": apps, "container-instance": instance, "aks": cluster}
        if azure.service.kind not in ways:
            raise ProjectError(f"service.kind in {FILE} is none: it says where the image runs.")
        way = ways[azure.service.kind]
        with resource_manager(azure) as arm:
            found = service(arm, azure, read_settings())
            say(way.roll_back(found) if rollback else way.release(found, tag))
