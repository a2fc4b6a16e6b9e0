"""The running service holds to its own OpenAPI, whatever schemathesis thinks up."""

from pathlib import Path

from model_runtime.bundle.read import Bundle
from model_runtime.testing.contract import check_openapi, check_scoring
from model_runtime.testing.service import Service

TASKS = ("classification", "regression")


def test_schemathesis_finds_no_contradiction(service: Service, tmp_path: Path) -> None:
    check_openapi(service, tmp_path)


def test_a_file_is_scored_as_a_request_is_answered(
    service: Service, bundle: Bundle, tmp_path: Path
) -> None:
    check_scoring(service, bundle, tmp_path)
