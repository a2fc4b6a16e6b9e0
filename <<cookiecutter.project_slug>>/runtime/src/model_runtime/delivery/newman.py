"""Newman, Postman's program, asks a service all that the collection has."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import httpx

from ..api_key import key_headers, own_key, own_key_variable
from ..errors import ProjectError
from ..settings import Settings
from ..testing.keys import temporary_key
from ..testing.service import running

POSTMAN = Path("deploy/postman")
COLLECTION = POSTMAN / "collection.json"
NEWMAN = POSTMAN / "node_modules" / ".bin" / "newman"


def ask(url: str, collection: Path, results: Path, key: str = "") -> int:
    """Run a collection against a service and show the outcome.

    Args:
        url: The service.
        collection: The file.
        results: A folder for junit.xml, and for newman.log with a line on each test.
        key: An API key, where the service asks for one.

    Returns:
        0 if all tests pass.
    """
    reporters = ["--reporters", "cli,junit", "--reporter-junit-export", results / "junit.xml"]
    with _environment(baseUrl=url, api_key=key) as environment:
        command = [NEWMAN, "run", collection, "--environment", environment]
        done = subprocess.run(  # noqa: S603
            [str(word) for word in (*command, "--reporter-cli-no-banner", *reporters)],
            env=os.environ | {"FORCE_COLOR": "0"},
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=False,
        )
    (results / "newman.log").write_text(done.stdout, "utf-8")
    # The summary is a table, and what failed stands below it.
    sys.stdout.write(done.stdout[max(done.stdout.find("┌"), 0) :])
    return done.returncode


@contextmanager
def _environment(**variables: str) -> Iterator[str]:
    """Yield a file of Postman's variables, for all processes can read a command line."""
    values = [{"key": name, "value": value} for name, value in variables.items()]
    with NamedTemporaryFile("w", suffix=".json") as file:  # which only its owner may read
        json.dump({"name": "environment", "values": values}, file)
        file.flush()
        yield file.name


def check_api(settings: Settings, url: str | None = None) -> int:
    """Ask a service at a URL, or one that runs only for this, all of the collection.

    A service at a URL that asks for an API key is shown the one in the environment.

    Returns:
        0 if all tests pass.

    Raises:
        ProjectError: Newman is not installed, or there is no service that is ready and lets us in.
    """
    if not NEWMAN.exists():
        raise ProjectError("newman is not installed here; `make test-api` does that first.")
    results = POSTMAN / "results"
    results.mkdir(exist_ok=True)
    if url:
        return ask(open_service(url.rstrip("/"), own_key()), COLLECTION, results, own_key())
    key, variables = temporary_key(settings)
    with running(settings.paths.bundle, results / "service.log", **variables) as service:
        service.wait("/readyz")
        return ask(service.url, COLLECTION, results, key)


def open_service(url: str, key: str) -> str:
    """Return the URL of a service that is ready and lets a key's owner in, or asks for no key.

    Raises:
        ProjectError: It is none; no test of it would tell more.
    """
    try:
        httpx.get(f"{url}/readyz", timeout=30).raise_for_status()
        asked = httpx.post(f"{url}/api/predict", json={}, headers=key_headers(key), timeout=30)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProjectError(f"{url} is no service that is ready: {error}") from error
    if asked.status_code == httpx.codes.UNAUTHORIZED:
        shown = "not the one in" if key else "and there is none in"
        raise ProjectError(f"{url} asks for an API key, {shown} {own_key_variable()}.")
    return url
