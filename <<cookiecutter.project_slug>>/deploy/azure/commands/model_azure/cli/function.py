"""The command of Azure Functions."""

from typing import Annotated

import typer
from model_runtime.settings import read_settings
from model_runtime.terminal import failures_told, say

app = typer.Typer()


@app.command()
def function(
    publish: Annotated[
        str, typer.Option(help="The function app that gets it; left out, none does.")
    ] = "",
) -> None:
    """Write the bundle as an app of Azure Functions, to build/function/ and a zip of it."""
    with failures_told():
        from ..function.app import FOLDER, write_function

        written = write_function(read_settings())
        say(f"Wrote {FOLDER}/ and {FOLDER}.zip: {written}")
        if not publish:
            say("  next     make azure-function PUBLISH=…, with the function app's name")
            return
        from ..function.publish import publish_function
        from ..settings import read_azure

        publish_function(read_azure(), publish, FOLDER.with_suffix(".zip"))
        say(f"{publish} runs it")
