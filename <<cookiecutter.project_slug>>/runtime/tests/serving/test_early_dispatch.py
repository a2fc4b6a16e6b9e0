"""Early dispatch answers as the application does, and takes what is plain and no more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Router

from model_runtime.api_key import make_key
from model_runtime.bundle.read import read_bundle
from model_runtime.contract.routes import PATHS
from model_runtime.serving.account import Account
from model_runtime.serving.admission import Admission
from model_runtime.serving.app import create_app
from model_runtime.serving.keys import Keys
from model_runtime.serving.metrics import Metrics
from model_runtime.serving.promises import FRAMEWORK, PROMISES, early_dispatch
from model_runtime.serving.state import State
from model_runtime.settings import ApiKeys, read_settings

from ..support.reloading import wait_for
from ..support.two_ways import Answering, answering, settings_of, told
from ..support.wire import LIVE, answers

ORIGIN = "https://pages.example"
OTHERWISE: dict[str, Any] = {
    "root_path": "/api",
    "cors_origins": (ORIGIN,),
    "max_rows": 2,
    "max_body_bytes": 1_024,
}
"""Settings that bring every middleware, and tight bounds."""

KEY, KNOWN = make_key("test", 1)
GUARDED: dict[str, Any] = {"api_keys": ApiKeys(lines=KNOWN.line)}

SETTINGS = {"as they are": {}, "otherwise": OTHERWISE, "guarded": GUARDED}

JSON = "Content-Type: application/json"
LINES = [
    *("X-Request-ID: abc-1", "X-Request-ID: not plain", "Accept: */*", "Accept: text/html"),
    *(f"Origin: {ORIGIN}", "Origin: https://others.example", "Sec-Fetch-Site: cross-site"),
    *("Connection: close", "Connection: keep-alive", "Content-Encoding: identity", "X: y"),
    *(f"X-API-Key: {KEY}", f"Authorization: Bearer {KEY}", "X-API-Key: another"),
    *("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Cookie: a=b"),
]
TYPES = [
    *(JSON, f"{JSON}; charset=utf-8", f"{JSON}; charset=latin-1", "Content-Type: text/plain"),
    *("Content-Type: application/x-www-form-urlencoded", "X: no type"),
]
URLS = [*PATHS, "/api/api/predict", "/api/predict/", "/score?x=1", "/api/score", "/nowhere"]

Ways = tuple[Answering, Answering]


@pytest.fixture(scope="module", params=SETTINGS)
def ways(request: pytest.FixtureRequest, trained: Path) -> Iterator[Ways]:
    """The same service twice: with early dispatch, and without."""
    chosen = settings_of(trained / "model_bin", **SETTINGS[request.param])
    with answering(chosen, early=True) as early, answering(chosen, early=False) as general:
        yield early, general


def bodies(example: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Return bodies of requests, most of which are nearly right."""
    values: st.SearchStrategy[Any] = st.sampled_from(
        [None, True, 0, -1e9, 3.5, "x", "x" * 900, [], {}]
    )
    changed = st.builds(
        lambda name, value: {**example, name: value},
        st.sampled_from([*example, "another"]),
        values,
    )
    row = st.one_of(st.just(example), changed)
    rows = st.lists(row, max_size=3)
    value = st.one_of(row, rows, rows.map(lambda each: {"data": each}), values)
    text = value.map(lambda each: json.dumps(each).encode())
    odd = [b"", b" ", b"{", b"\xff\xfe{", b'{"a": 1, "a": 2}', b"a=1", b"\x00", b'{"\xff": 1}']
    return st.one_of(
        text,
        text.map(lambda each: b"\xef\xbb\xbf" + each),
        text.map(lambda each: each[:-1]),
        st.sampled_from(odd),
    )


@st.composite
def requests(draw: st.DrawFn, example: dict[str, Any]) -> tuple[bytes, ...]:
    """Return a request in one piece or in two."""
    body, method = draw(bodies(example)), draw(st.sampled_from(["POST"] * 9 + ["PUT"]))
    version = draw(st.sampled_from(["1.1"] * 9 + ["1.0"]))
    lines = [f"{method} {draw(st.sampled_from(URLS))} HTTP/{version}", "Host: test"]
    lines += draw(st.lists(st.sampled_from(LINES), max_size=3))
    lines += [draw(st.sampled_from(TYPES))]
    if version == "1.1" and draw(st.integers(0, 9)) == 0:
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    else:
        lines.append(f"Content-Length: {len(body)}")
    sent = "\r\n".join([*lines, "", ""]).encode() + body
    cut = draw(st.one_of(st.none(), st.integers(1, len(sent) - 1)))
    return (sent,) if cut is None else (sent[:cut], sent[cut:])


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_both_ways_give_the_same_answer(
    ways: Ways, example: dict[str, Any], data: st.DataObject
) -> None:
    pieces = data.draw(requests(example))
    early, general = ways
    assert told(early.ask(*pieces)) == told(general.ask(*pieces))


@pytest.fixture(scope="module")
def example(trained: Path) -> dict[str, Any]:
    """A row that the service answers."""
    return read_bundle(trained / "model_bin").schema.example


@pytest.fixture(scope="module")
def plain(trained: Path) -> Iterator[Answering]:
    """A service with early dispatch, as it comes."""
    with answering(settings_of(trained / "model_bin"), early=True) as service:
        yield service


def request(url: str, value: Any, *lines: str) -> bytes:
    """Return a request whose body has a length."""
    body = json.dumps(value).encode()
    head = [f"POST {url} HTTP/1.1", "Host: test", JSON, f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_a_plain_prediction_is_dispatched_early(
    plain: Answering, example: dict[str, Any], pieces: int
) -> None:
    plain.taken.clear()
    for url, value in (("/api/predict", example), ("/api/predictions", [example])):
        sent = request(url, value)
        size = len(sent) // pieces + 1
        parts = [sent[begin : begin + size] for begin in range(0, len(sent), size)]
        assert plain.ask(*parts).status == 200
    assert plain.taken == [b"/api/predict", b"/api/predictions"]


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("/api/predict?x=1", "X: y"),
        ("/api/predict/", "X: y"),
        ("/api/predict", "Connection: close"),
        ("/api/predict", "Content-Encoding: identity"),
        ("/api/predict", "Content-Type: application/json"),
    ],
)
def test_what_is_not_plain_goes_to_the_application(
    plain: Answering, example: dict[str, Any], url: str, line: str
) -> None:
    plain.taken.clear()
    assert plain.ask(request(url, example, line)).status == 200
    assert not plain.taken


def test_only_who_has_a_key_is_answered_early(trained: Path, example: dict[str, Any]) -> None:
    with answering(settings_of(trained / "model_bin", **GUARDED), early=True) as guarded:
        for lines, status in (
            ([], 401),
            (["X-API-Key: another"], 401),
            ([f"X-API-Key: {KEY}"], 200),
            ([f"Authorization: Bearer {KEY}"], 200),
        ):
            guarded.taken.clear()
            assert guarded.ask(request("/api/predict", example, *lines)).status == status
            assert bool(guarded.taken) == (status == 200)


def test_requests_sent_ahead_are_answered_in_their_order(
    plain: Answering, example: dict[str, Any]
) -> None:
    sent = b""
    for n in range(0, 20, 4):
        sent += request("/api/predict", example, f"X-Request-ID: {n}")
        sent += request("/api/predict", "no row", f"X-Request-ID: {n + 1}")
        sent += LIVE.replace(b"\r\n\r\n", f"\r\nX-Request-ID: {n + 2}\r\n\r\n".encode())
        sent += request("/api/predictions", [example] * 100, f"X-Request-ID: {n + 3}")
    sent += request("/api/predict", example, "X-Request-ID: 20", "Connection: close")
    with plain.connection() as connection:
        found = answers(connection.send(sent).rest())
    assert [answer.headers["x-request-id"] for answer in found] == [str(n) for n in range(21)]
    assert [answer.status for answer in found] == [200, 422, 200, 200] * 5 + [200]


def test_a_client_that_leaves_before_its_request_is_whole_is_counted(
    plain: Answering, example: dict[str, Any]
) -> None:
    def left() -> bool:
        return b'route="/api/predict",status="499"' in plain.ask(METRICS).body

    assert not left()
    with plain.connection() as connection:
        connection.send(request("/api/predict", example)[:-1])
    wait_for(left, "a count of the request")


METRICS = b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n"


# ---- The promises of the middlewares


def middlewares(app: FastAPI) -> Iterator[type]:
    """Yield what a request passes before the routes, whoever has put it there."""
    layer: Any = app.build_middleware_stack()
    while not isinstance(layer, Router):
        yield type(layer)
        layer = getattr(layer, "app", None) or layer._app


def test_every_middleware_has_its_promise_kept() -> None:
    chosen = settings_of(Path("none"), **OTHERWISE)
    passed = {each.__name__ for each in middlewares(create_app(chosen))}
    assert passed == {*FRAMEWORK, *(each.__name__ for each in PROMISES)}


def test_a_middleware_of_unknown_promise_gets_every_request() -> None:
    app = create_app(read_settings())
    app.add_middleware(GZipMiddleware)
    metrics, keys = Metrics(), Keys(ApiKeys())
    admission = Admission(1, metrics)
    assert early_dispatch(app, State(), Account(metrics), admission, keys, "") is None
