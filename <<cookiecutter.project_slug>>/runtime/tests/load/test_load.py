"""`load` asks a real service, writes its report, and fails where a limit is missed."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from model_runtime.testing.service import Service

REPORT = Path("reports-load")


def load(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "model_runtime", "load", "--url", url, "--seconds", "1"]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def counted(service: Service, route: str) -> float:
    """Return how many requests a service has answered with 200 by its own count."""
    text = service.client.get("/metrics").text
    found = re.search(rf'http_requests_total{{.*route="{route}",status="200"}} (.*)', text)
    return float(found[1]) if found else 0


@pytest.mark.parametrize(("rows", "route"), [("1", "/api/predict"), ("3", "/api/predictions")])
def test_what_is_measured_is_what_the_service_has_answered(
    service: Service, rows: str, route: str
) -> None:
    before = counted(service, route)
    done = load(service.url, "--users", "3", "--rows", rows, "--min-rate", "1")
    assert done.returncode == 0, done.stderr
    found = json.loads((REPORT / "load.json").read_text("utf-8"))
    # The first request of all tries whether there is an answer.
    assert found["answered"] == counted(service, route) - before - 1
    assert (found["failed"], found["run"]["route"]) == (0, route)
    assert found["answered"] > 1


def test_a_missed_limit_is_told_to_people_pages_and_pipelines(service: Service) -> None:
    done = load(service.url, "--max-p99-ms", "0.001", "--min-rate", "1")
    assert done.returncode == 1
    assert "p99 of at most 0.001 ms, but" in done.stderr
    suite = ElementTree.parse(REPORT / "load.xml").getroot()
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["p99 of at most 0.001 ms"]
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")


def test_the_page_needs_no_other(service: Service) -> None:
    load(service.url)
    page = (REPORT / "load.html").read_text("utf-8")
    assert page.count("<svg") == 1
    assert "answers a second" in page
    assert not re.findall(
        r'(?:src|href)="(?!#)[^"]*"|@import|url\((?!#)', page.replace("xlink:", "")
    )


def test_a_service_that_is_not_there_is_a_sentence() -> None:
    done = load("http://127.0.0.1:9")
    assert done.returncode == 1
    assert "http://127.0.0.1:9 is no service that is ready" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_request_that_is_refused_is_told_before_the_load(service: Service) -> None:
    done = load(service.url, "--rows", "1001")
    assert done.returncode == 1
    assert "answers the first request with 422" in done.stderr
    assert "1,000 rows" in done.stderr
