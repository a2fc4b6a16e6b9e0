"""The commands of the infrastructure: make it, look at what would change, remove it."""

import sys
from typing import Annotated

import typer
from model_runtime.errors import ProjectError
from model_runtime.progress import Progress
from model_runtime.settings import read_settings
from model_runtime.terminal import console, failures_told, say, stoppable

from ..infrastructure.arm import resource_manager
from ..settings import Azure, read_azure

app = typer.Typer()


@app.command()
def infra(
    what_if: Annotated[bool, typer.Option("--what-if", help="Only say what would change.")] = False,
) -> None:
    """Make or change what azure.yaml asks for, and say what config.yaml gets."""
    with failures_told(), stoppable():
        from ..infrastructure.apply import for_config, make, preview

        azure = read_azure()
        with resource_manager(azure) as arm:
            if what_if:
                say(preview(arm, azure))
                return
            outputs = make(arm, azure)
        name = read_settings().image.repository.rpartition("/")[2]
        say("\nIn config.yaml:\n")
        say(for_config(outputs, name))
        registry = outputs["registryName"]
        say(f"\nThen: az acr login --name {registry} && make image push azure-release")


@app.command()
def down(
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what others have put into the group.")
    ] = False,
) -> None:
    """Remove the resource group, with all that it holds."""
    with failures_told(), stoppable():
        from ..infrastructure.removal import content, remove
        from ..infrastructure.what_if import named

        azure = read_azure()
        with resource_manager(azure) as arm:
            own, others = content(arm, azure)
            if others and not everything:
                listed = "\n  ".join(named(each["id"]) for each in others)
                raise ProjectError(
                    f"{azure.resource_group} holds what these templates have not made:\n  "
                    f"{listed}\nNothing is removed: move it elsewhere, or say ALL=1 to lose it."
                )
            for each in [*own, *others]:
                say(f"- {named(each['id'])}")
            if not yes:
                _ask(azure)
            try:
                with Progress(console).step(f"removing {azure.resource_group}") as step:
                    remove(arm, azure)
                    step.found = "gone"
            except SystemExit:
                say(f"Azure goes on removing {azure.resource_group}.", "red")
                raise
        say(
            "The vault and the logs can be recovered for 7 and 14 days, and cost nothing; after "
            "that they are gone. `make azure-infra` brings the vault back, if it still is there."
        )


def _ask(azure: Azure) -> None:
    """Let nobody remove a group by mistake: its name has to be typed.

    Raises:
        ProjectError: Another text is typed, or there is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise ProjectError("Nobody is there to ask whether to remove it; YES=1 says so.")
    typed = typer.prompt(f"All of it goes. Type {azure.resource_group} to remove it")
    if typed != azure.resource_group:
        raise ProjectError(f"{typed} is not {azure.resource_group}: nothing is removed.")
