"""The service of this use case holds to its own API, and a file is scored as a request is."""

from pathlib import Path

from model_runtime.testing import Bundle, Service
from model_runtime.testing.contract import check_openapi, check_scoring


def test_the_service_holds_to_its_openapi_document(service: Service, tmp_path: Path) -> None:
    check_openapi(service, tmp_path)


def test_a_file_is_scored_as_a_request_is_answered(
    service: Service, bundle: Bundle, tmp_path: Path
) -> None:
    check_scoring(service, bundle, tmp_path)
