"""The command line: everything that `make` does with the model."""

import typer

from . import (
    chart,
    cluster,
    doctor,
    drafting,
    image,
    keys,
    load,
    model,
    monitoring,
    pipelines,
    service,
    versions,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for part in (model, drafting, doctor, service, keys, load, monitoring):
    app.add_typer(part.app)
for part in (versions, image, chart, cluster, pipelines):
    app.add_typer(part.app)
