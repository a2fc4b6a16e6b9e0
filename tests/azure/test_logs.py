"""The service's log on Azure, by the SDK's client, from a stand-in for Log Analytics."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.monitor.query.models._models import QueryBody
from model_azure.__main__ import app
from model_azure.cloud import resource_group
from model_azure.logs.lines import kind, span
from model_azure.logs.query import COLUMNS, MOST, query
from model_azure.settings import FILE, read_azure
from model_runtime.errors import ProjectError
from model_runtime.monitoring.event import parsed, prediction
from typer.testing import CliRunner, Result

from tests.azure.stand_in import StandIn
from tests.azure.stand_in.messages import Answer, Refused, Request
from tests.azure.stand_in.models import findings

from .kusto import analyse

HOST, ARM = "api.loganalytics.io", "management.azure.com"
WORKSPACE = "00000000-0000-0000-0000-0000000000cc"
EVENT = {
    "event": "prediction",
    "time": "2026-11-27T10:00:59.831+00:00",
    "request_id": "be89ad120dbe492cabb52dade642ced1",
    "row": 0,
    "id": None,
    "class_name": "setosa",
    "probability": 0.9106,
    "class_names": ["setosa", "virginica"],
    "probabilities": [0.9106, 0.0894],
    "model": "iris-classifier",
    "version": 3,
}
REQUEST = {"event": "request", "time": EVENT["time"], "path": "/api/predict", "status": 500}
ROWS = [
    ("2026-11-27T10:00:58Z", "app--1", "log", "INFO:     The model is ready: ✓"),
    ("2026-11-27T10:00:59Z", "app--1", "prediction", json.dumps(EVENT)),
    ("2026-11-27T10:01:00Z", "", "failure", "ValueError: no room"),
    ("2026-11-27T10:01:01Z", "app--1", "failure", json.dumps(REQUEST)),
]


class LogAnalytics:
    """Log Analytics, as far as a query needs it: its rows are the test's."""

    def __init__(self, azure: StandIn) -> None:
        """Answer, and say the workspace's id as the deployment of the infrastructure does."""
        self.azure, self.rows, self.asked = azure, list(ROWS), list[dict[str, Any]]()
        self.error: dict[str, Any] | None = None
        azure.router.add("POST", HOST, "/v1/workspaces/*/query", self._answer)
        place = f"{resource_group(read_azure())}/providers/Microsoft.Resources/deployments"
        infrastructure = ("GET", ARM, f"{place}/infrastructure".lower(), self._deployment)
        azure.router.routes.insert(0, infrastructure)

    def _deployment(self, request: Request) -> Answer:
        self.azure.tokens.check(request, f"https://{ARM}")
        outputs = {"logAnalyticsWorkspaceId": {"type": "String", "value": WORKSPACE}}
        return Answer(body={"properties": {"provisioningState": "Succeeded", "outputs": outputs}})

    def _answer(self, request: Request) -> Answer:
        self.azure.tokens.check(request, f"https://{HOST}")
        body = request.json()
        if wrong := findings(QueryBody, body):
            raise Refused(400, "BadArgumentError", "; ".join(wrong))
        if not request.path.endswith(f"/{WORKSPACE}/query"):
            raise Refused(403, "InsufficientAccessError", "The workspace is not yours.")
        self.asked.append(body)
        columns = [{"name": name, "type": _TYPES.get(name, "string")} for name in COLUMNS]
        table = {"name": "PrimaryResult", "columns": columns, "rows": self.rows}
        return Answer(body={"tables": [table]} | ({"error": self.error} if self.error else {}))


_TYPES = {"TimeGenerated": "datetime"}


@pytest.fixture
def project(azure: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings of Azure, this process's own."""
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text("resource_group: iris\nlocation: westeurope\nname: iris\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def analytics(azure: StandIn, project: Path) -> LogAnalytics:
    return LogAnalytics(azure)


def logs(*words: str) -> Result:
    """Run the command in this process."""
    done: Result = CliRunner().invoke(app, ["logs", *words])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done


def asked(text: str, seconds: int) -> dict[str, Any]:
    """Return the body of a query."""
    return {"query": text, "timespan": f"PT{seconds}.0S", "workspaces": None}


def test_what_is_piped_is_json_and_events_are_as_the_service_wrote_them(
    analytics: LogAnalytics,
) -> None:
    done = logs("--since", "2h")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [lines[1], lines[3]] == [ROWS[1][3], ROWS[3][3]]
    assert json.loads(lines[0]) == {
        "event": "log",
        "time": "2026-11-27T10:00:58+00:00",
        "source": "app--1",
        "message": ROWS[0][3],
    }
    # As `make performance FROM=…` reads them.
    read = [prediction(parsed(line.encode())) for line in lines]
    (found,) = filter(None, read)
    assert (found.model, found.version) == ("iris-classifier", 3)
    assert done.stderr == "4 lines, of them 1 prediction and 2 failures\n"
    assert analytics.asked == [asked(query(), 7200)]


def test_people_read_text_of_what_they_ask_for(analytics: LogAnalytics) -> None:
    analytics.rows = ROWS[1:3]
    done = logs("--text", "--only", "failures")
    assert done.stdout.splitlines() == [
        "2026-11-27 10:00:59  app--1  predicted setosa 0.911 (version 3, request "
        f"{EVENT['request_id']})",
        "2026-11-27 10:01:00    ValueError: no room",
    ]
    assert analytics.asked == [asked(query("failure"), 3600)]


def test_where_nothing_is_found_a_sentence_says_what_next(
    analytics: LogAnalytics,
) -> None:
    analytics.rows = []
    done = logs("--only", "predictions")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "No predictions of the last 1h are in the Log Analytics of" in done.stderr
    assert "SINCE=1d" in done.stderr


def test_a_part_and_the_most_are_told(analytics: LogAnalytics) -> None:
    analytics.rows = [ROWS[0]] * MOST
    analytics.error = {"code": "PartialError", "message": "There were some errors."}
    done = logs()
    assert f"These are the newest {MOST:,}" in done.stderr
    assert "Azure gave only a part of them" in done.stderr
    assert "PartialError" in done.stderr


def test_azure_that_is_busy_is_asked_again(azure: StandIn, analytics: LogAnalytics) -> None:
    azure.faults.too_many("POST", HOST)
    azure.faults.unavailable("GET", "deployments/infrastructure")
    assert logs().exit_code == 0


def test_who_has_no_access_is_told_the_role(azure: StandIn, analytics: LogAnalytics) -> None:
    azure.faults.add("POST", HOST, Refused(403, "InsufficientAccessError", "Not yours."))
    done = logs()
    assert done.exit_code == 1
    assert "Log Analytics Reader" in done.stderr
    assert "403 InsufficientAccessError: Not yours" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_infrastructure_the_target_that_makes_it_is_named(
    azure: StandIn, project: Path
) -> None:
    done = logs()
    assert done.exit_code == 1
    assert "`make azure-infra`" in done.stderr


def test_a_wrong_word_is_refused_before_azure_is_asked(azure: StandIn, project: Path) -> None:
    done = logs("--since", "yesterday")
    said = "SINCE is 'yesterday'; write it like 30m, 1h, 7d or 2w."
    assert (done.exit_code, done.stderr.strip()) == (1, said)
    with pytest.raises(ProjectError, match="ONLY is 'all'; it is predictions or failures"):
        kind("all")
    assert not azure.calls


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90m", timedelta(minutes=90)),
        ("1h", timedelta(hours=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_a_time_is_said_by_number_and_unit(text: str, found: timedelta) -> None:
    assert span(text) == found


@pytest.mark.parametrize("text", ["", "1", "h", "0h", "-1h", "1.5h", "1y", "900d", "9999999999d"])
def test_another_text_is_no_time(text: str) -> None:
    with pytest.raises(ProjectError, match="SINCE is"):
        span(text)


def test_the_query_is_right_by_kustos_own_language_service() -> None:
    right, columns = query("failure"), "TimeGenerated: datetime, Source: string, Kind: string, "
    wrong = [
        right.replace("Line = Log,", "Line = Logs,"),
        right.replace("AppTraces", "AppTrace"),
        right.replace("where Kind", "wher Kind"),
        right.replace("toint(Event.status)", "to_int(Event.status)"),
        right.replace("Kind ==", "Knd =="),
    ]
    assert right not in wrong
    whole, part, *found = analyse(query(), right, *wrong)
    for each in (whole, part):
        assert (each.diagnostics, ", ".join(each.columns)) == ([], f"{columns}Line: string")
    assert all(each.diagnostics for each in found)
