"""Ask a service all that the Postman collection has: `python -m tests.api [--url URL]`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import httpx

from << cookiecutter.package_name >>.settings import read_settings

from .service import ROOT, running

POSTMAN = ROOT / "postman"
NEWMAN = POSTMAN / "node_modules" / ".bin" / "newman"


def newman(url: str, collection: Path, results: Path) -> int:
    """Run a collection against a service and show what came of it.

    Args:
        url: The service.
        collection: The file.
        results: A folder for junit.xml, and for newman.log with a line on each test.

    Returns:
        0 if all tests pass.
    """
    command = [NEWMAN, "run", collection, "--env-var", f"baseUrl={url}", "--reporter-cli-no-banner"]
    reporters = ["--reporters", "cli,junit", "--reporter-junit-export", results / "junit.xml"]
    done = subprocess.run(
        [str(word) for word in (*command, *reporters)],
        env=os.environ | {"FORCE_COLOR": "0"},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    (results / "newman.log").write_text(done.stdout, "utf-8")
    # The summary is a table, and what failed stands below it.
    sys.stdout.write(done.stdout[max(done.stdout.find("┌"), 0) :])
    return done.returncode


def _ready(url: str) -> str:
    try:
        httpx.get(f"{url}/readyz", timeout=30).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        sys.exit(f"{url} is no service that is ready: {error}")
    return url


def main() -> int:
    """Ask the service at a URL, or one that runs only for this."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running service; left out, the bundle is served")
    url: str | None = parser.parse_args().url
    if not NEWMAN.exists():
        sys.exit("newman is not installed here; `make test-api` does that first.")
    results = POSTMAN / "results"
    results.mkdir(exist_ok=True)
    if url:
        return newman(_ready(url.rstrip("/")), POSTMAN / "collection.json", results)
    with running(read_settings().paths.bundle, results / "service.log") as service:
        service.wait("/readyz")
        return newman(service.url, POSTMAN / "collection.json", results)


if __name__ == "__main__":
    sys.exit(main())
