"""The commands that look after a served model: its performance and its drift."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import ProjectError
from ..settings import read_settings
from ..tables.form import AskedForm
from ..terminal import console, failures_told, say, stoppable
from .csv_form import Decimal, Encoding, Separator

app = typer.Typer()

From = Annotated[
    str,
    typer.Option(
        "--from",
        help="The prediction log: a file or folder, pod/NAME, deployment/NAME, the address of an "
        "Elasticsearch index; left out, standard input.",
    ),
]
Since = Annotated[str, typer.Option(help="The first time that counts, e.g. 2030-01-31.")]
Until = Annotated[str, typer.Option(help="The first time that no longer counts.")]
By = Annotated[str, typer.Option(help="hour, day, week or month; left out, what suits.")]
Send = Annotated[
    str, typer.Option("--gauges", help="A file that ends with .prom, or a Pushgateway's address.")
]
Namespace = Annotated[str | None, typer.Option(help="Instead of deployment.namespace.")]


@app.command()
def performance(
    outcomes: Annotated[str, typer.Option(help="CSV, Parquet or JSON lines: ID and target.")] = "",
    encoding: Encoding = "",
    separator: Separator = "",
    decimal: Decimal = "",
    place: From = "",
    since: Since = "",
    until: Until = "",
    by: By = "",
    asked: Annotated[
        str,
        typer.Option(
            "--thresholds", help="Instead of those in features.yaml, e.g. 'accuracy >= 0.8'."
        ),
    ] = "",
    gauges: Send = "",
    namespace: Namespace = None,
) -> None:
    """Measure logged predictions by their outcomes, joined by ID.

    reports-performance/ has the report. Fails where a threshold is missed.
    """
    with failures_told(), stoppable():
        if not outcomes:
            raise ProjectError("Say where the outcomes are: OUTCOMES=file.csv.")
        settings = read_settings()
        with console.status("scikit-learn is being loaded …"):
            from ..bundle.read import read_bundle
            from ..evaluation.truth import class_names
            from ..monitoring.outcomes import Outcomes, logged_id
            from ..monitoring.performance_run import Asked, measure_performance
            from ..monitoring.periods import named
            from ..monitoring.places import open_log
            from ..monitoring.thresholds import thresholds
            from ..tasks import TASKS
            from ..training.hooks import own_use_case
        bundle, use_case = read_bundle(settings.paths.bundle), own_use_case()
        schema = bundle.schema
        asked_of = thresholds(asked, TASKS[schema.task].metrics) or use_case.features.thresholds
        unit = named(by)
        where = namespace or settings.deployment.namespace
        log = open_log(place, where, bundle.metadata.name, since, until)
        if schema.id is None:
            raise ProjectError(
                "features.yaml names no id, and by nothing else can predictions and outcomes be "
                "joined: add one, e.g. `id: customer`, train again (`make train`), and send it "
                "with each request."
            )
        read_id = logged_id(settings.log, schema.id)
        form = AskedForm(encoding, separator, decimal)
        names = class_names(use_case, schema)
        found = measure_performance(
            use_case,
            bundle,
            settings,
            console,
            log,
            Outcomes(Path(outcomes), schema.id, schema.target, read_id, form, names),
            Asked(unit, asked_of),
        )
        for line in found.lines():
            say(line)
        if gauges:
            found.gauges(settings.deployment).send(gauges, "model_performance")
        if found.missed:
            raise ProjectError(f"The model misses its thresholds: {'; '.join(found.missed)}.")


@app.command()
def drift(
    place: From = "",
    source: Annotated[
        str,
        typer.Option(
            "--input", help="Instead of a log, a file of features, which are scored: see score."
        ),
    ] = "",
    encoding: Encoding = "",
    separator: Separator = "",
    decimal: Decimal = "",
    since: Since = "",
    until: Until = "",
    by: By = "",
    limit: Annotated[
        float, typer.Option("--psi", min=0, help="The PSI from which a column has drifted.")
    ] = 0.2,
    gauges: Send = "",
    namespace: Namespace = None,
) -> None:
    """Compare what the service saw with what training saw.

    reports-drift/ has the report. Fails where a feature or the answers have drifted.
    """
    with failures_told(), stoppable():
        settings = read_settings()
        with console.status("scikit-learn is being loaded …"):
            from ..bundle.read import read_bundle
            from ..monitoring.drift_run import Asked, look_for_drift
            from ..monitoring.periods import named
            from ..monitoring.places import open_log
        if source and (place or since or until):
            raise ProjectError(
                "INPUT is a file of rows without times; leave FROM, SINCE, UNTIL out."
            )
        form = AskedForm(encoding, separator, decimal)
        bundle, unit = read_bundle(settings.paths.bundle), named(by)
        where = namespace or settings.deployment.namespace
        log = open_log(place, where, bundle.metadata.name, since, until)
        rows = Path(source) if source else log
        found = look_for_drift(bundle, settings, console, rows, Asked(unit, limit, form))
        for line in found.lines():
            say(line)
        if gauges:
            found.gauges(settings.deployment).send(gauges, "model_drift")
        if found.drifted:
            raise ProjectError(f"Drifted since training: {found.said()}.")
