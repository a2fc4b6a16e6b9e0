"""The command line: everything that `make` does with the model."""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

import typer

from . import cli_delivery, cli_image, cli_versions
from .errors import ProjectError
from .project import project
from .settings import read_settings
from .terminal import console, failures_told, logging_to_console, stoppable

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(cli_versions.app)
app.add_typer(cli_delivery.app)
app.add_typer(cli_image.app)


@app.command()
def data(
    source: Annotated[
        str | None, typer.Option("--from", help="An address or a path instead of the usual one.")
    ] = None,
    only: Annotated[str, typer.Option(help="A part of it, e.g. months; by blanks.")] = "",
) -> None:
    """Fetch the data, where the use case knows how: `DataLoader.fetch_data`."""
    with failures_told():
        from .progress import explained
        from .training.hooks import own_data_loader

        loader = own_data_loader()()
        with explained("data"):
            loader.fetch_data(source, only.split())


@app.command()
def train() -> None:
    """Train a model and put its bundle in the place of the present one.

    Loads and checks the data, fits and measures the model, compiles it, proves the compiled model
    against scikit-learn, registers it as the next version and writes model_bin/ and reports/. A
    model that misses the thresholds in features.yaml changes nothing.
    """
    with failures_told():
        settings = read_settings()
        with console.status("scikit-learn is being loaded …"):
            from .automl.preflight import check_search
            from .registry.client import Registry
            from .registry.record import Recording
            from .training.hooks import own_use_case
            from .training.preflight import check_settings
            from .training.run import train as run
        logging_to_console()
        use_case = own_use_case()
        check_settings(use_case, settings)
        check_search(use_case.features.task, settings)
        with Recording(Registry(settings), settings) as recording:
            run(use_case, settings, console, recording)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Instead of the port in config.yaml.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer.")] = None,
) -> None:
    """Serve the bundle as a REST API, until Ctrl-C.

    Its page is /docs, the web client is /. What the options leave out, config.yaml says.
    """
    given = {"PORT": port, "WORKERS": workers}
    with failures_told():
        for name, value in given.items():
            if value is not None:
                os.environ[f"{project().prefix}SERVING__{name}"] = str(value)
    from .serving.__main__ import main as run

    run()


@app.command()
def predict(
    request: Annotated[
        str | None, typer.Argument(help="A JSON object of features; left out, the example.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The service; left out, the local one.")] = None,
) -> None:
    """Ask the running service for one prediction and show both sides."""
    with failures_told():
        settings = read_settings()
        if request is None:
            from .bundle.read import read_bundle

            example = read_bundle(settings.paths.bundle).schema.example
            request = json.dumps(example, ensure_ascii=False)
        address = url or f"http://127.0.0.1:{settings.serving.port}"
        console.print(f"POST {address}/api/predict", style="dim", highlight=False)
        console.print(request, highlight=False, markup=False, soft_wrap=True)
        answer = _ask(f"{address}/api/predict", request)
        console.print(answer, style="bold", highlight=False, markup=False, soft_wrap=True)


def _ask(address: str, body: str) -> str:
    if not address.startswith(("http://", "https://")):
        raise ProjectError(f"{address} is no address of a service; it begins with http://.")
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, body.encode(), headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return str(response.read(), "utf-8")
    except urllib.error.HTTPError as error:
        raise ProjectError(f"{error.code}: {str(error.read(), 'utf-8')}") from error
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"{address} does not answer ({error}); start the service first (`make serve`)."
        ) from error


@app.command()
def score(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="CSV, Parquet or JSON lines.")],
    target: Annotated[str, typer.Argument(metavar="OUTPUT", help="Likewise, by its suffix.")],
) -> None:
    """Score a file of any size with the bundle.

    Rows that the API would refuse go to a file beside OUTPUT, `<stem>.rejects.csv`, with their
    lines and the reasons. OUTPUT is replaced at the end; an interrupted run leaves it as it was.
    """
    with failures_told(), stoppable():
        if not (source and target):
            raise ProjectError("Say what to score and where to: INPUT=… OUTPUT=….")
        settings = read_settings()
        from .bundle.read import read_bundle
        from .scoring.run import score as run

        bundle = read_bundle(settings.paths.bundle)
        trusted = settings.training.trusted_types
        report = run(bundle, Path(source), Path(target), console, trusted)
        for line in report.lines(source, target, bundle.metadata):
            console.print(line, highlight=False, markup=False, soft_wrap=True)


@app.command()
def evaluate(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="CSV, Parquet or JSON lines, with the target.")
    ] = "",
) -> None:
    """Measure the bundle, as it is served, on labelled rows.

    Without INPUT they are what DataLoader.load_data returns; of the very data that the bundle
    learned from, their hold-out. reports-evaluation/ has the report, and the rows that were left
    out. Fails where a threshold in features.yaml is missed.
    """
    with failures_told(), stoppable():
        settings = read_settings()
        with console.status("scikit-learn is being loaded …"):
            from .bundle.read import read_bundle
            from .evaluation.run import evaluate as run
            from .training.hooks import own_use_case
        bundle, rows = read_bundle(settings.paths.bundle), Path(source) if source else None
        found = run(own_use_case(), bundle, settings, console, rows)
        for line in found.lines():
            console.print(line, highlight=False, markup=False, soft_wrap=True)
        if found.missed:
            raise ProjectError(f"The model misses its thresholds: {'; '.join(found.missed)}.")


@app.command()
def postman(
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path(
        "deploy/postman/collection.json"
    ),
) -> None:
    """Write a Postman collection: every route, asked well and badly, with tests."""
    with failures_told():
        from .bundle.read import read_bundle
        from .postman.collection import write_collection

        settings = read_settings()
        count = write_collection(read_bundle(settings.paths.bundle), settings, output)
        console.print(f"{count} requests are in {output}", highlight=False, soft_wrap=True)


@app.command()
def info() -> None:
    """Show what the bundle in model_bin/ is, once its files are verified."""
    with failures_told():
        from .bundle.read import read_bundle

        metadata = read_bundle(read_settings().paths.bundle).metadata
        sys.stdout.write(metadata.model_dump_json(indent=2) + "\n")
