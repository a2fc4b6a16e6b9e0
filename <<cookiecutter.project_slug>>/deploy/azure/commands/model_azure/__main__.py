"""The command line: `python -m model_azure`."""

import typer

from . import cli_endpoint

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for part in (cli_endpoint,):
    app.add_typer(part.app)


@app.callback()
def _named() -> None:
    """Do what `make azure-…` asks for."""


if __name__ == "__main__":
    app()
