"""The running service holds to its own OpenAPI, whatever schemathesis thinks up."""

import subprocess
import sys
from pathlib import Path

from .service import Service

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,negative_data_rejection,"
    "positive_data_acceptance,unsupported_method"
)


def test_schemathesis_finds_no_contradiction(service: Service, tmp_path: Path) -> None:
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{service.url}/openapi.json",
            f"--checks={CHECKS}",
            "--max-examples=40",
            "--seed=1",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
