"""The command line: `python -m model_azure`."""

import typer

from . import (
    cli_endpoint,
    cli_function,
    cli_infrastructure,
    cli_learn,
    cli_logs,
    cli_pipeline,
    cli_release,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for part in (
    cli_infrastructure,
    cli_learn,
    cli_endpoint,
    cli_release,
    cli_function,
    cli_pipeline,
    cli_logs,
):
    app.add_typer(part.app)

if __name__ == "__main__":
    app()
