"""The commands of the model itself: its data, training, measurement and scoring."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..delivery.release import Release
from ..errors import ProjectError
from ..settings import Settings, read_settings
from ..tables.form import AskedForm
from ..terminal import console, failures_told, logging_to_console, say, stoppable
from .cluster import Extra, Name, Namespace, release_of
from .csv_form import Decimal, Encoding, Separator

app = typer.Typer()

Workers = Annotated[
    str, typer.Option("--cluster", help="local:N or a Dask scheduler's address, to work there.")
]


@app.command()
def data(
    source: Annotated[
        str | None, typer.Option("--from", help="An address or a path instead of the usual one.")
    ] = None,
    only: Annotated[str, typer.Option(help="A part of it, e.g. months; by blanks.")] = "",
) -> None:
    """Fetch the data, where the use case knows how: `DataLoader.fetch_data`."""
    with failures_told(), stoppable():
        from ..progress import explained
        from ..training.hooks import own_data_loader

        loader = own_data_loader()
        with explained("data"):
            loader().fetch_data(source, only.split())


@app.command()
def train(cluster: Workers = "") -> None:
    """Train a model and put its bundle in the place of the current one.

    Loads and checks the data, fits and measures the model, compiles it, proves the compiled model
    against scikit-learn, registers it as the next version and writes model_bin/ and reports/. A
    model that misses the thresholds in features.yaml changes nothing.
    """
    with failures_told(), stoppable():
        settings = read_settings()
        with console.status("scikit-learn is being loaded …"):
            from ..automl.preflight import check_search
            from ..cluster import using
            from ..registry.client import ModelRegistry
            from ..registry.record import Recording
            from ..training.hooks import own_use_case
            from ..training.preflight import check_settings
            from ..training.run import train as run
        logging_to_console()
        use_case = own_use_case()
        check_settings(use_case, settings)
        check_search(use_case.features.task, settings)
        with using(cluster), Recording(ModelRegistry(settings), settings) as recording:
            metadata = run(use_case, settings, console, recording)
        say(f"  bundle   {settings.paths.bundle}, version {metadata.version}")
        for line in recording.pages():
            say(f"  {line}")
        say("  next     make serve")


@app.command()
def evaluate(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="CSV, Parquet or JSON lines, with the target.")
    ] = "",
    encoding: Encoding = "",
    separator: Separator = "",
    decimal: Decimal = "",
) -> None:
    """Measure the bundle, as it is served, on labelled rows.

    Without INPUT they are what DataLoader.load_data returns; of the very data that the bundle
    learned from, their hold-out. reports-evaluation/ has the report, and the rows that were left
    out. Fails where a threshold in features.yaml is missed.
    """
    with failures_told(), stoppable():
        settings = read_settings()
        with console.status("scikit-learn is being loaded …"):
            from ..bundle.read import read_bundle
            from ..evaluation.run import evaluate as run
            from ..training.hooks import own_use_case
        form = AskedForm(encoding, separator, decimal)
        bundle, rows = read_bundle(settings.paths.bundle), Path(source) if source else None
        found = run(own_use_case(), bundle, settings, console, rows, form)
        for line in found.lines():
            say(line)
        if found.missed:
            raise ProjectError(f"The model misses its thresholds: {'; '.join(found.missed)}.")


@app.command()
def score(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="CSV, Parquet or JSON lines.")],
    target: Annotated[str, typer.Argument(metavar="OUTPUT", help="Likewise, by its suffix.")],
    cluster: Annotated[
        str, typer.Option(help="local:N, the address of a scheduler, or kubernetes.")
    ] = "",
    workers: Annotated[
        int | None, typer.Option(min=1, max=999, help="On kubernetes; instead of the setting.")
    ] = None,
    release: Name = None,
    namespace: Namespace = None,
    values: Extra = None,
    encoding: Encoding = "",
    separator: Separator = "",
    decimal: Decimal = "",
) -> None:
    """Score a file of any size with the bundle.

    Rows that the API would refuse go to a file beside OUTPUT, `<stem>.rejects.csv`, with their
    lines and the reasons. OUTPUT is replaced at the end; an interrupted run leaves it as it was.

    INPUT may be many files: a folder, a pattern such as 'data/*.csv', or an address such as
    's3://bucket/day=*/*.parquet'. OUTPUT is then a folder, here or at an address, and an
    interrupted run goes on when the command is given again.

    On kubernetes a job beside the release scores, with the model that the release serves.
    """
    with failures_told(), stoppable():
        if not (source and target):
            raise ProjectError("Say what to score and where to: INPUT=… OUTPUT=….")
        settings = read_settings(values)
        from ..scoring.many.choice import many

        form = AskedForm(encoding, separator, decimal)
        if cluster == "kubernetes":
            if form.said:
                raise ProjectError(
                    "On kubernetes the form of CSV is found by looking at each file; leave "
                    f"{', '.join(form.said).upper()} out, or score with CLUSTER=local:2."
                )
            there = release_of(settings, release, namespace, values)
            _score_beside(there, settings, workers, {"input": source, "output": target})
            return
        if many(source, target, cluster):
            _score_many(source, target, cluster, settings, form)
            return
        from ..bundle.read import read_bundle
        from ..scoring.run import score as run

        bundle = read_bundle(settings.paths.bundle)
        trusted = settings.training.trusted_types
        report = run(bundle, Path(source), Path(target), console, trusted, form)
        for line in report.lines(source, target, bundle.metadata):
            say(line)


def _score_beside(
    release: Release, settings: Settings, workers: int | None, files: dict[str, str]
) -> None:
    from ..delivery.score_job import score_in_cluster

    size = settings.deployment.score
    if workers:
        size = size.model_copy(update={"workers": workers})
    score_in_cluster(release.name, release.helm, files, size)


def _score_many(
    source: str, target: str, cluster: str, settings: Settings, form: AskedForm
) -> None:
    try:
        from ..scoring.many.run import Asked, score_many
    except ImportError as error:
        raise ProjectError(
            f"Many files, addresses and clusters need {error.name}: `uv add --group train "
            "'model-runtime[cluster]'` adds what they take."
        ) from error
    trusted = settings.training.trusted_types
    asked = Asked(settings.paths.bundle, source, target, cluster, trusted, form)
    for line in score_many(asked, console):
        say(line)


@app.command()
def info() -> None:
    """Show what the bundle in model_bin/ is, once its files are verified."""
    with failures_told():
        from ..bundle.read import read_bundle

        metadata = read_bundle(read_settings().paths.bundle).metadata
        sys.stdout.write(metadata.model_dump_json(indent=2) + "\n")
