"""The command of the service's log on Azure."""

import sys
from typing import Annotated

import typer
from model_runtime.terminal import console, failures_told, say
from rich.console import Console

from ..settings import read_azure

app = typer.Typer()


@app.command()
def logs(
    since: Annotated[str, typer.Option(help="How long ago it begins: 30m, 1h, 7d, 2w.")] = "1h",
    only: Annotated[str, typer.Option(help="predictions or failures; left out, all lines.")] = "",
    as_json: Annotated[
        bool | None,
        typer.Option("--json/--text", help="Left out, text on a terminal and else JSON lines."),
    ] = None,
) -> None:
    """Show the service's log, failures and predictions, from Application Insights and the rest.

    What is no terminal gets a line of JSON for each, the events as the service wrote them: what
    `make performance FROM=…` and `make drift FROM=…` read.
    """
    with failures_told():
        from ..logs.lines import find, kind, span
        from ..logs.query import MOST

        azure, errors = read_azure(), Console(stderr=True)
        wanted, ago = kind(only), span(since)
        with errors.status("Log Analytics is being asked …"):
            found = find(azure, ago, wanted)
        for_programs = not console.is_terminal if as_json is None else as_json
        for line in found.lines:
            if for_programs:
                sys.stdout.write(f"{line.as_json()}\n")
            else:
                say(str(line), "red" if line.kind == "failure" else "")
        if not found.lines:
            say(_nothing(only or "lines", since, azure.name), to=errors)
            return
        say(str(found), to=errors)
        if len(found.lines) == MOST:
            say(f"These are the newest {MOST:,}; a shorter SINCE, or ONLY=…, has all.", to=errors)
        if found.partly:
            say(f"Azure gave only a part of them: {found.partly}", "red", errors)


def _nothing(wanted: str, since: str, name: str) -> str:
    return (
        f"No {wanted} of the last {since} are in the Log Analytics of {name}. Azure takes some "
        "minutes to have them; SINCE=1d looks further back; and `make azure-release` or "
        "`make azure-endpoint` has to have put the service there."
    )
