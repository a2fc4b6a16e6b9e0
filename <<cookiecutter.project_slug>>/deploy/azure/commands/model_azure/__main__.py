"""The command line: `python -m model_azure`."""

import typer

from . import cli_learn, cli_pipeline

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for part in (cli_learn, cli_pipeline):
    app.add_typer(part.app)

if __name__ == "__main__":
    app()
