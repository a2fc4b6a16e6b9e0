"""A pipeline is started by HTTP, and the run's address comes back.

Jenkins' answers are those of its API's pages (`/job/…/api`, `/queue/item/…/api`), GitHub's those of
"Create a workflow dispatch event" in its REST reference.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from typer.testing import CliRunner

from model_runtime.cli import app
from model_runtime.delivery.pipelines import GitHub, Jenkins, Order, repository_of
from model_runtime.errors import ProjectError

from ..support.sample import PREFIX

TOKEN = "t0ken"
Answer = tuple[int, dict[str, str], object]


class Server(ThreadingHTTPServer):
    """A stand-in that answers from a list, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """The next answer, whatever is asked."""

    server: Server

    def _answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length).decode()
        self.server.asked.append((f"{self.command} {self.path}", body, str(self.headers)))
        status, headers, told = self.server.answers.pop(0)
        text = b"" if told is None else json.dumps(told).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("JENKINS_USER", "ann")
    monkeypatch.setenv("JENKINS_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr("model_runtime.delivery.pipelines._PAUSE", 0)
    with Server() as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


QUEUED: Answer = (201, {"Location": "https://jenkins.example.org/ci/queue/item/39/"}, None)
WAITS: Answer = (200, {}, {"cancelled": False, "why": "In the quiet period.", "executable": None})
RUN = "https://jenkins.example.org/ci/job/risk/job/deploy/35/"
RUNS: Answer = (
    200,
    {},
    {"cancelled": False, "why": None, "executable": {"number": 35, "url": RUN}},
)


def test_jenkins_tells_the_place_in_the_queue_and_then_the_run(server: Server) -> None:
    server.answers = [QUEUED, WAITS, RUNS]
    order = Order("deploy", {"environment": "staging", "version": "@champion"})
    assert Jenkins(f"{server.url}/ci/job/risk").start(order) == RUN
    (start, body, headers), *polls = server.asked
    assert start == "POST /ci/job/risk/job/deploy/buildWithParameters"
    assert parse_qs(body) == {"ENVIRONMENT": ["staging"], "MODEL_VERSION": ["@champion"]}
    login = base64.b64encode(f"ann:{TOKEN}".encode()).decode()
    assert f"Basic {login}" in headers
    # The place is asked for where config.yaml says Jenkins is, whatever Jenkins calls itself.
    assert [each[0] for each in polls] == ["GET /ci/queue/item/39/api/json"] * 2


def test_a_job_without_parameters_is_started_without(server: Server) -> None:
    server.answers = [QUEUED, RUNS]
    Jenkins(server.url).start(Order("train-model"))
    assert server.asked[0][:2] == ("POST /job/train-model/build", "")


def test_who_has_to_wait_gets_the_place_in_the_queue(server: Server) -> None:
    server.answers = [QUEUED, WAITS]
    place = Jenkins(f"{server.url}/ci/job/risk").start(Order("train-model"), patience=0)
    assert place == f"{server.url}/ci/queue/item/39/"


def test_github_tells_the_run(server: Server) -> None:
    run = "https://github.com/ann/risk/actions/runs/7"
    told = {"workflow_run_id": 7, "run_url": f"{server.url}/repos/ann/risk/actions/runs/7"}
    server.answers = [(200, {}, told | {"html_url": run})]
    order = Order("build-image", {"version": "7"})
    assert GitHub("ann/risk", "main", server.url).start(order) == run
    ((start, body, headers),) = server.asked
    assert start == "POST /repos/ann/risk/actions/workflows/build-image.yml/dispatches"
    expected = {"ref": "main", "inputs": {"version": "7"}, "return_run_details": True}
    assert json.loads(body) == expected
    assert f"Bearer {TOKEN}" in headers


def by_jenkins(server: Server) -> str:
    return Jenkins(server.url).start(Order("train-model"))


def by_github(server: Server) -> str:
    return GitHub("ann/risk", "main", server.url).start(Order("train-model"))


@pytest.mark.parametrize(
    ("start", "answers", "why"),
    [
        (by_jenkins, [(401, {}, None)], "answers 401 .*JENKINS_USER or JENKINS_TOKEN is wrong"),
        (by_jenkins, [(403, {}, None)], "may not start it"),
        (by_jenkins, [(404, {}, None)], "jenkins.url"),
        (by_jenkins, [(400, {}, None)], "start it once by hand"),
        (by_jenkins, [(302, {"Location": "/login"}, None)], "answers 302"),
        (by_jenkins, [QUEUED, (200, {}, {"cancelled": True})], "taken out of Jenkins' queue"),
        (by_jenkins, [QUEUED, (404, {}, None)], "answers 404"),
        (by_github, [(401, {}, {"message": "Bad credentials"})], "GITHUB_TOKEN is wrong"),
        (by_github, [(404, {}, {"message": "Not Found"})], "no such repository or workflow"),
        (by_github, [(422, {}, {"message": "Unexpected inputs"})], "Unexpected inputs"),
        (by_github, [(204, {}, None)], "too old to tell"),
    ],
)
def test_a_refusal_is_a_sentence_without_the_token(
    server: Server, start: Callable[[Server], str], answers: list[Answer], why: str
) -> None:
    server.answers = answers
    with pytest.raises(ProjectError, match=why) as raised:
        start(server)
    assert TOKEN not in str(raised.value)


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with pytest.raises(ProjectError, match=r"http://127.0.0.1:9/.* can't be reached"):
        GitHub("ann/risk", "main", "http://127.0.0.1:9").start(Order("train-model"))


@pytest.mark.parametrize("name", ["JENKINS_USER", "JENKINS_TOKEN", "GITHUB_TOKEN"])
def test_what_is_not_in_the_environment_is_asked_for(
    server: Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(ProjectError, match=f"asks for {name}"):
        (by_github if name.startswith("GITHUB") else by_jenkins)(server)
    assert server.asked == []


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (Order("paint"), "no pipeline 'paint'"),
        (Order("train-model", {"version": "7"}), "is told no version"),
        (Order("deploy", {"version": "7; rm -rf /"}), "is none of latest"),
        (Order("deploy", {"environment": "moon"}), "'moon' is none of staging, production"),
    ],
)
def test_what_no_pipeline_would_take_is_not_sent(order: Order, why: str) -> None:
    with pytest.raises(ProjectError, match=why):
        order.check(("staging", "production"))


def test_what_pipelines_take_passes() -> None:
    for version in ("latest", "best", "12", "@champion"):
        order = Order("deploy", {"version": version, "environment": "production"})
        order.check(("staging", "production"))


@pytest.mark.parametrize(
    "remote",
    [
        "git@github.com:ann/risk.git",
        "https://github.com/ann/risk",
        "ssh://git@github.com/ann/risk/",
    ],
)
def test_the_repository_is_that_of_the_remote(remote: str) -> None:
    assert repository_of(remote) == "ann/risk"


def test_without_a_remote_the_variable_is_named() -> None:
    with pytest.raises(ProjectError, match="GITHUB_REPOSITORY"):
        repository_of("")


def test_the_command_asks_jenkins_where_config_yaml_has_one_else_github(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*words: str) -> str:
        return CliRunner().invoke(app, ["run-pipeline", *words]).output

    monkeypatch.setenv("GITHUB_REPOSITORY", "ann/risk")
    monkeypatch.setenv("GITHUB_API_URL", server.url)
    server.answers = [(200, {}, {"html_url": "https://github.com/ann/risk/actions/runs/7"})]
    assert told("build-image", "--version", "7").strip().endswith("/actions/runs/7")
    assert "no jenkins.url" in told("train-model", "--on", "jenkins").replace("\n", " ")
    monkeypatch.setenv(f"{PREFIX}JENKINS__URL", f"{server.url}/job/risk")
    server.answers = [QUEUED, RUNS]
    assert told("train-model").strip() == RUN
    assert [each[0] for each in server.asked][1:2] == ["POST /job/risk/job/train-model/build"]
