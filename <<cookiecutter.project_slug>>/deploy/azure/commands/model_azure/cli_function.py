"""The command of Azure Functions."""

import typer
from model_runtime.settings import read_settings
from model_runtime.terminal import failures_told, say

app = typer.Typer()


@app.command()
def function() -> None:
    """Write the bundle as an app of Azure Functions, to build/function/ and a zip of it."""
    with failures_told():
        from .function import FOLDER, write_function

        written = write_function(read_settings())
        say(f"Wrote {FOLDER}/ and {FOLDER}.zip: {written}")
        say(f"  next     cd {FOLDER} && func azure functionapp publish NAME")
