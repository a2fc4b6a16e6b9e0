"""The commands of the service: start it, and ask it."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

import typer

from ..api_key import key_headers, own_key, own_key_variable
from ..counts import counted
from ..errors import ProjectError
from ..project import project
from ..settings import read_settings
from ..terminal import failures_told, say

app = typer.Typer()


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Instead of the port in config.yaml.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer.")] = None,
    reload: Annotated[
        bool, typer.Option("--reload", help="Follow the bundle, as make train replaces it.")
    ] = False,
) -> None:
    """Serve the bundle as a REST API, until Ctrl-C.

    Its page is /docs, the web client is /. What the options leave out, config.yaml says.
    """
    given = {"PORT": port, "WORKERS": workers, "WATCH_SECONDS": 1 if reload else None}
    with failures_told():
        for name, value in given.items():
            if value is not None:
                os.environ[f"{project().prefix}SERVING__{name}"] = str(value)
    from ..serving.__main__ import main as run

    run()


@app.command()
def predict(
    request: Annotated[
        str | None, typer.Argument(help="A JSON object of features; left out, the example.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The service; left out, the local one.")] = None,
) -> None:
    """Ask the running service for one prediction and show both sides.

    Where it asks for an API key, that is taken from <PREFIX>_API_KEY in the environment.
    """
    with failures_told():
        settings = read_settings()
        if request is None:
            from ..bundle.read import read_bundle

            example = read_bundle(settings.paths.bundle).schema.example
            request = json.dumps(example, ensure_ascii=False)
        address = url or f"http://127.0.0.1:{settings.serving.port}"
        say(f"POST {address}/api/predict", "dim")
        say(request)
        answer = _ask(f"{address}/api/predict", request)
        say(answer, "bold")


def _ask(address: str, body: str) -> str:
    if not address.startswith(("http://", "https://")):
        raise ProjectError(f"{address} is no address of a service; it starts with http://.")
    headers = {"Content-Type": "application/json", **key_headers(own_key())}
    request = urllib.request.Request(address, body.encode(), headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return str(response.read(), "utf-8")
    except urllib.error.HTTPError as error:
        hint = f" The key is taken from {own_key_variable()}." if error.code == 401 else ""
        raise ProjectError(f"{error.code}: {str(error.read(), 'utf-8')}{hint}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise ProjectError(
            f"{address} does not answer ({reason}); start the service first (`make serve`)."
        ) from error


@app.command()
def postman(
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path(
        "deploy/postman/collection.json"
    ),
) -> None:
    """Write a Postman collection: good and bad requests to every route, with tests."""
    with failures_told():
        from ..bundle.read import read_bundle
        from ..postman.collection import write_collection

        settings = read_settings()
        count = write_collection(read_bundle(settings.paths.bundle), settings, output)
        say(f"{counted(count, 'request is', 'requests are')} in {output}")


@app.command()
def check_api(
    url: Annotated[
        str | None, typer.Option(help="A running service; left out, the bundle's.")
    ] = None,
) -> None:
    """Write the Postman collection, and ask a service all of it."""
    with failures_told():
        from ..bundle.read import read_bundle
        from ..delivery.newman import COLLECTION
        from ..delivery.newman import check_api as run
        from ..postman.collection import write_collection

        settings = read_settings()
        count = write_collection(read_bundle(settings.paths.bundle), settings, COLLECTION)
        say(f"{counted(count, 'request is', 'requests are')} in {COLLECTION}")
        raise typer.Exit(run(settings, url))
