"""The command line: everything that `make` does with the model."""

import typer

from . import cluster, image, load, model, service, versions

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for part in (model, service, load, versions, image, cluster):
    app.add_typer(part.app)
