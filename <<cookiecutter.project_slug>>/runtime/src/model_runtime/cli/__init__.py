"""The command line: everything that `make` does with the model."""

import gc

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

# What is imported and loaded makes many objects and few cycles; to look for these as often as
# Python does by itself takes a tenth of a short command.
gc.set_threshold(50_000, 20, 50)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for part in (model, drafting, doctor, service, keys, load, monitoring):
    app.add_typer(part.app)
for part in (versions, image, chart, cluster, pipelines):
    app.add_typer(part.app)
