"""Newman, Postman's program, asks a service all that the collection has."""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from ..errors import ProjectError
from ..settings import Settings
from ..testing.service import running

POSTMAN = Path("deploy/postman")
COLLECTION = POSTMAN / "collection.json"
NEWMAN = POSTMAN / "node_modules" / ".bin" / "newman"


def ask(url: str, collection: Path, results: Path) -> int:
    """Run a collection against a service and show the outcome.

    Args:
        url: The service.
        collection: The file.
        results: A folder for junit.xml, and for newman.log with a line on each test.

    Returns:
        0 if all tests pass.
    """
    command = [NEWMAN, "run", collection, "--env-var", f"baseUrl={url}", "--reporter-cli-no-banner"]
    reporters = ["--reporters", "cli,junit", "--reporter-junit-export", results / "junit.xml"]
    done = subprocess.run(  # noqa: S603
        [str(word) for word in (*command, *reporters)],
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


def check_api(settings: Settings, url: str | None = None) -> int:
    """Ask a service at a URL, or one that runs only for this, all of the collection.

    Returns:
        0 if all tests pass.

    Raises:
        ProjectError: Newman is not installed, or there is no service that is ready.
    """
    if not NEWMAN.exists():
        raise ProjectError("newman is not installed here; `make test-api` does that first.")
    results = POSTMAN / "results"
    results.mkdir(exist_ok=True)
    if url:
        return ask(_ready(url.rstrip("/")), COLLECTION, results)
    with running(settings.paths.bundle, results / "service.log") as service:
        service.wait("/readyz")
        return ask(service.url, COLLECTION, results)


def _ready(url: str) -> str:
    try:
        httpx.get(f"{url}/readyz", timeout=30).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProjectError(f"{url} is no service that is ready: {error}") from error
    return url
