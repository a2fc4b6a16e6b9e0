"""The command line: `python -m model_azure`."""

import typer

from .cli import endpoint, function, infrastructure, learn, logs, pipeline, release

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for part in (infrastructure, learn, endpoint, release, function, pipeline, logs):
    app.add_typer(part.app)

if __name__ == "__main__":
    app()
