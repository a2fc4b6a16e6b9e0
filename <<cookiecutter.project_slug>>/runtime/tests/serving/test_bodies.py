"""Bodies as clients send them: compressed, marked, as a form, in other encodings."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_runtime.contract.problems import Refusal
from model_runtime.serving.decompress import _decompressed
from model_runtime.testing.service import Service

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
MOST = 1_048_576
MARK = b"\xef\xbb\xbf"


def raw(body: bytes) -> bytes:
    """Return deflate without zlib's header, as some clients send it."""
    work = zlib.compressobj(wbits=-15)
    return work.compress(body) + work.flush()


def ask(service: Service, body: bytes, headers: dict[str, str], path: str = "") -> httpx.Response:
    """Post to the route for many, with no other headers than these that say how to read a body."""
    return service.client.post(path or "/api/predictions", content=body, headers=headers)


@pytest.fixture
def body(service: Service) -> bytes:
    return json.dumps([service.example] * 50).encode()


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("identity, gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw),
        ("identity", bytes),
        ("", bytes),
    ],
)
def test_a_body_may_be_compressed(
    service: Service, body: bytes, coding: str, compress: Callable[[bytes], bytes]
) -> None:
    plain = ask(service, body, JSON).json()
    for sent in (body, MARK + body):
        answer = ask(service, compress(sent), {**JSON, "content-encoding": coding})
        assert (answer.status_code, answer.json()) == (200, plain)


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip,deflate", "*"])
def test_another_coding_is_told_which_are_known(service: Service, body: bytes, coding: str) -> None:
    answer = ask(service, gzip.compress(body), {**JSON, "content-encoding": coding})
    assert "content encoding" in refused(answer, 415)
    assert answer.headers["accept-encoding"] == "gzip, deflate, identity"


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda body: gzip.compress(body)[:-9], "its end is missing"),
        (lambda body: gzip.compress(body)[:40], "its end is missing"),
        (lambda body: b"", "its end is missing"),
        (lambda body: gzip.compress(body) + b"x", "something follows"),
        (lambda body: gzip.compress(body) * 2, "something follows"),
        (lambda body: body, "incorrect header"),
        (lambda body: gzip.compress(body)[:-8] + b"12345678", "incorrect data check"),
        (zlib.compress, "incorrect header"),
    ],
)
def test_a_damaged_body_is_told_so(
    service: Service, body: bytes, damage: Callable[[bytes], bytes], why: str
) -> None:
    answer = ask(service, damage(body), {**JSON, "content-encoding": "gzip"})
    assert why in refused(answer, 400)


def test_a_decompressed_body_has_the_same_limit(service: Service) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < MOST
    answer = ask(service, bomb, {**JSON, "content-encoding": "gzip"})
    assert "1,048,576 bytes, decompressed" in refused(answer, 413)
    answer = ask(service, bomb * (MOST // len(bomb) + 1), {**JSON, "content-encoding": "gzip"})
    assert "1,048,576 bytes" in refused(answer, 413)


def test_what_is_too_long_is_not_decompressed_to_its_end() -> None:
    bomb = zlib.compress(b" " * 20_000_000)
    tracemalloc.start()
    with pytest.raises(Refusal):
        _decompressed(bomb, "deflate", MOST)
    assert tracemalloc.get_traced_memory()[1] < 5 * MOST
    tracemalloc.stop()


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_are_decompressed_or_refused(data: bytes, coding: str) -> None:
    sent = {"gzip": gzip.compress(data), "deflate": zlib.compress(data)}[coding]
    assert _decompressed(sent, coding, 200) == data
    try:
        assert len(_decompressed(data, coding, 10)) <= 10
    except Refusal as refusal:
        assert refusal.status in (400, 413)


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; charset=utf-8",
        'Application/JSON;charset="UTF-8"',
        "application/json; charset=us-ascii",
        "application/vnd.api+json",
        "application/json; odata=verbose",
    ],
)
def test_json_in_utf_8_is_taken_by_any_of_its_names(
    service: Service, body: bytes, kind: str
) -> None:
    for sent in (body, MARK + body):
        assert ask(service, sent, {"content-type": kind}).status_code == 200


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "UTF-32", "cp1252", "?"])
def test_another_charset_is_refused_by_its_name(
    service: Service, body: bytes, charset: str
) -> None:
    answer = ask(service, body, {"content-type": f"application/json; charset={charset}"})
    detail = refused(answer, 415)
    assert charset.lower() in detail
    assert "UTF-8" in detail


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_body_in_other_unicode_is_told_so(service: Service, body: bytes, encoding: str) -> None:
    assert "UTF-8" in refused(ask(service, body.decode().encode(encoding), JSON), 400)


def test_a_body_in_latin_1_is_told_where(service: Service) -> None:
    assert "unicode" in refused(ask(service, b'[{"\xfc": 1}]', JSON), 400)


@pytest.mark.parametrize("path", ["/api/predict", "/api/predictions", "/score"])
@pytest.mark.parametrize("headers", [FORM, {}, {"content-type": ""}])
def test_json_is_taken_as_curl_sends_it(
    service: Service, path: str, headers: dict[str, str]
) -> None:
    row: Any = service.example
    shape = {"/api/predict": row, "/api/predictions": [row], "/score": {"data": [row]}}[path]
    answer = ask(service, f" \n{json.dumps(shape)}".encode(), headers, path)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "page",
    [
        {"origin": "https://example.org"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://example.org", "sec-fetch-site": "cross-site"},
    ],
)
@pytest.mark.parametrize("headers", [FORM, {}])
def test_but_not_where_a_page_may_have_sent_it(
    service: Service, body: bytes, page: dict[str, str], headers: dict[str, str]
) -> None:
    assert "'Content-Type: application/json'" in refused(ask(service, body, headers | page), 415)
    assert ask(service, body, JSON | page).status_code == 200


@pytest.mark.parametrize("form", [b"a=b", b"", b"%7B%22a%22%3A1%7D", b"a"])
def test_a_form_that_holds_no_json_is_refused_as_one(service: Service, form: bytes) -> None:
    assert "'Content-Type: application/json'" in refused(ask(service, form, FORM), 415)


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "text/json", "x"]
)
def test_another_content_type_is_refused_from_anyone(
    service: Service, body: bytes, kind: str
) -> None:
    assert kind.split(";")[0] in refused(ask(service, body, {"content-type": kind}), 415)
