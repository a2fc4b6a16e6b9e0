"""The steps of jobs, run on the cluster in the code's snapshot, as a command.

They are the project's own commands, on data that the job brings.
"""

import shutil
from pathlib import Path
from typing import Annotated

import typer
from model_runtime.terminal import console, failures_told, logging_to_console, say

from .data import FOLDER

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Given = Annotated[Path | None, typer.Option("--data", help="The folder that the job brings.")]


@app.command()
def data(given: Given = None, output: Annotated[Path, typer.Option()] = FOLDER) -> None:
    """Fetch the data, where the use case knows how, else take the given ones; into a folder."""
    with failures_told():
        from model_runtime.hooks import fetches
        from model_runtime.training.hooks import own_data_loader

        _bring(given)
        loader = own_data_loader()()
        logging_to_console()
        if fetches(loader):
            loader.fetch_data(None, [])
        FOLDER.mkdir(exist_ok=True)
        shutil.copytree(FOLDER, output, dirs_exist_ok=True)
        if not any(output.iterdir()):  # a folder without a file is none, where blobs are stored
            (output / "README.md").write_text("The use case brings its own data.\n")


@app.command()
def train(given: Given = None, output: Annotated[Path | None, typer.Option()] = None) -> None:
    """Train, register the version, and put the bundle into a folder."""
    with failures_told():
        from model_runtime.cli.model import train as run
        from model_runtime.settings import read_settings

        _bring(given)
        run()
        if output:
            shutil.copytree(read_settings().paths.bundle, output, dirs_exist_ok=True)


@app.command()
def gates(bundle: Annotated[Path, typer.Option()], given: Given = None) -> None:
    """Make the bundle's version the champion, if it passes its gates and is better."""
    with failures_told():
        with console.status("scikit-learn is being loaded …"):
            from model_runtime.bundle.read import read_bundle
            from model_runtime.registry.client import ModelRegistry
            from model_runtime.registry.promote import judge, promote_better
            from model_runtime.settings import read_settings
            from model_runtime.training.hooks import own_use_case
        _bring(given)
        settings = read_settings()
        registry, version = ModelRegistry(settings), read_bundle(bundle).metadata.version
        verdict = judge(own_use_case(), settings, registry, str(version))
        say(str(verdict))
        if promote_better(registry, verdict):
            say(f"The champion is version {verdict.number}.")
        else:
            say(f"It is not promoted: version {verdict.champion} stays the champion.")


def _bring(given: Path | None) -> None:
    """Put the given data where load_data looks for them."""
    if given:
        shutil.copytree(given, FOLDER, dirs_exist_ok=True)


if __name__ == "__main__":
    app()
