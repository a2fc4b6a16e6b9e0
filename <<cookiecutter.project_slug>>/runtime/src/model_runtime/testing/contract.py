"""The contract of a running service, whatever its use case."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from ..bundle.read import Bundle
from ..scoring.run import score
from ..settings import read_settings
from .service import Service

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,negative_data_rejection,"
    "positive_data_acceptance,unsupported_method"
)

SETTINGS = """
[checks.negative_data_rejection]
expected-statuses = [400, 413, 415, 422]
"""
"""A value that is too long may make the body too large as well, which is found first."""


def check_openapi(service: Service, folder: Path) -> None:
    """Hold a service against its own OpenAPI document, by what Schemathesis thinks up.

    Args:
        service: One that is ready.
        folder: An empty one, for Schemathesis to keep its notes in.

    Raises:
        AssertionError: They contradict each other.
    """
    (folder / "schemathesis.toml").write_text(SETTINGS, "utf-8")
    program = Path(sys.executable).with_name("schemathesis")
    options = [f"--checks={CHECKS}", "--max-examples=40", "--seed=1", "--no-color"]
    (folder / "openapi.json").write_text(json.dumps(_with_days(service.openapi)), "utf-8")
    run = subprocess.run(  # noqa: S603
        [program, "run", "openapi.json", f"--url={service.url}", *options],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    if run.returncode:
        raise AssertionError(run.stdout[-6000:] + run.stderr[-2000:])


def _with_days(described: Any) -> Any:
    """Return a description in which a date with bounds, which JSON Schema has not, is one of some.

    Schemathesis would send days beyond them, and call it a fault that they are refused.
    """
    if isinstance(described, list):
        return [_with_days(each) for each in described]
    if not isinstance(described, dict):
        return described
    bounds = [described[key] for key in ("formatMinimum", "formatMaximum") if key in described]
    return {name: _with_days(each) for name, each in described.items()} | (
        {"enum": bounds} if bounds else {}
    )


def check_scoring(service: Service, bundle: Bundle, folder: Path) -> None:
    """Score the API's example from a file, and hold the answer against the service's.

    Raises:
        AssertionError: They differ.
    """
    asked, answered = folder / "asked.jsonl", folder / "answered.jsonl"
    asked.write_text(json.dumps(service.example) + "\n", "utf-8")
    trusted = read_settings().training.trusted_types
    score(bundle, asked, answered, Console(quiet=True), trusted)
    scored = json.loads(answered.read_text("utf-8"))
    for name, expected in service.post("/api/predict", service.example).json().items():
        found = scored.get(name)
        if isinstance(expected, float) and found is not None:
            found, expected = round(found, 5), round(expected, 5)
        if found != expected:
            raise AssertionError(f"{name} is {found} in the file, and {expected} by the API")
