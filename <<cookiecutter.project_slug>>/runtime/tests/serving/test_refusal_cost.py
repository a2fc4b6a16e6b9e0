"""A refusal costs no more than it says: no body of allowed size stops a service or fills a pod."""

import http.client
import json
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.bundle.schema import Schema
from model_runtime.bundle.write import write_bundle
from model_runtime.contract.routes import PATHS
from model_runtime.features import Feature
from model_runtime.scoring.check import Check, Raw
from model_runtime.testing.service import Service, running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc says what was computed")

MOST_BYTES = 1_048_576
SECONDS, MEBIBYTES, TRIES, SENDERS = 0.1, 100, 6, 16
LABELS = {name: [f"{name} {k:07d}" for k in range(n)] for name, n in (("A", 40_000), ("B", 5_000))}

GOOD = {"income per.year": 1.0, "age": 40, "copy": True, "Größe": "M"}
GOOD |= {name: labels[0] for name, labels in LABELS.items()} | {f"x{k}": 1 for k in range(200)}

WRONG_LABELS = json.dumps([{"A": f"A {k}99999", "B": f"B {k}9999"} for k in range(1_000)])
UNKNOWN = json.dumps([{f"{k} {n}": n for n in range(60)} for k in range(1_000)])


def filled(before: str, piece: str, after: str) -> bytes:
    """Return a body of almost the size allowed that repeats a piece; `#` in it is a number."""
    parts, size = [before.encode()], 0
    while size < MOST_BYTES - len(piece) - 1_000:
        part = piece.replace("#", str(len(parts))).encode()
        parts += [b",", part] if len(parts) > 1 else [part]
        size += len(part) + 1
    return b"".join([*parts, after.encode()])


PIECES = [
    *(
        "[]",
        "{}",
        "[[]]",
        '{"a":[]}',
        "[" * 90 + "]" * 90,
        '{"a":' * 50 + "1" + "}" * 50,
        "1",
        "1.5",
    ),
    *("null", "1e999", "9" * 4000, "-0", '"#"', '"' + "y" * 5_000 + '"', '"[#{"', r'"\\\"[#"'),
    *('{"A":"A #"}', '{"#":1}', '{"age":#}', '{"copy":"#"}', '{"A":[]}', '{"A":"#","A":"#"}'),
]
AROUND = [("[", "]"), ('{"data":[', "]}"), ('{"A":[', "]}"), ('[{"A":[', "]}]"), ("[[[", "]]]")]

BODIES = {
    "distinct unknown labels": WRONG_LABELS.encode(),
    "equal unknown labels": json.dumps([{"A": "A 99", "B": "B 99"}] * 1_000).encode(),
    "good rows, the last of them with unknown labels": json.dumps(
        [{**GOOD, "A": f"A {k}" if k > 100 else LABELS["A"][k]} for k in range(150)]
    ).encode(),
    "names that are no fields": UNKNOWN.encode(),
    "one row of many such names": filled("{", '"#":1', "}"),
    "one row of one name": filled("{", '"A":1', "}"),
    "one row of many empty lists": filled("{", '"#":[]', "}"),
    "only opening brackets": b"[" * MOST_BYTES,
    "only opening braces": b'{"a":' * (MOST_BYTES // 5),
    "a long text": b'"' + b"y" * (MOST_BYTES - 2) + b'"',
    "a long label": b'[{"A":"' + b"y" * (MOST_BYTES - 20) + b'"}]',
    "a long name": b'[{"' + b"y" * (MOST_BYTES - 20) + b'":1}]',
    "a long number": b"9" * MOST_BYTES,
    "only quotes": b'"' * MOST_BYTES,
    "only backslashes": b'["' + b"\\" * (MOST_BYTES - 10),
    "only blanks": b" " * MOST_BYTES,
    "no UTF-8": b'["' + b"\xff" * (MOST_BYTES - 10),
}


def fuzzed(seed: int) -> bytes:
    """Return a body of pieces at random, some of it perhaps cut off."""
    chance = random.Random(seed)
    before, after = chance.choice(AROUND)
    piece = ",".join(chance.choices(PIECES, k=chance.randint(1, 3)))
    body = filled(before, piece, after)
    return body[: chance.choice([len(body), chance.randrange(len(body))])]


@pytest.fixture(scope="module")
def service(shop: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that takes very many labels, and two hundred more fields; it answers as before."""
    more = [Feature(name=f"x{k}", type="number", example=1) for k in range(200)]
    more += [
        Feature(name=name, type="category", labels=labels, example=labels[0])
        for name, labels in LABELS.items()
    ]
    schema = shop.schema.model_copy(update={"features": [*shop.schema.features, *more]})
    test = shop.metadata.self_test.model_copy(update={"request": schema.example})
    metadata = shop.metadata.model_copy(update={"self_test": test})
    folder = tmp_path_factory.mktemp("labels")
    write_bundle(folder / "model_bin", shop.model, schema, metadata)
    with running(folder / "model_bin", folder / "log", LOG__PREDICTIONS="none") as service:
        service.wait("/readyz")
        assert service.post("/api/predict", GOOD).status_code == 200
        yield service


def post(service: Service, path: str, body: bytes) -> tuple[int, bytes]:
    host, port = service.client.base_url.host, service.client.base_url.port
    connection = http.client.HTTPConnection(host, port, timeout=60)
    try:
        connection.request("POST", path, body, {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def worked(service: Service) -> float:
    """Return the seconds that a process has computed: on a busy machine, too, these are its own."""
    fields = Path(f"/proc/{service.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def watched(service: Service) -> Iterator[list[float]]:
    """Ask /livez all the while; the list gets the most that was computed before an answer."""
    found, end = [0.0], threading.Event()

    def ask() -> None:
        while not end.wait(0.005):
            start = worked(service)
            assert service.client.get("/livez").status_code == 200
            found[0] = max(found[0], worked(service) - start)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield found
    finally:
        end.set()
        asking.join()


def memory(service: Service, key: str) -> int:
    """Return a process's memory in MiB, as Linux says it."""
    lines = Path(f"/proc/{service.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(key))


def check(service: Service, sent: list[bytes], senders: int = 1) -> None:
    """Send bodies to each prediction route, and see that the service keeps its time and memory."""
    asked = [(path, body) for path in PATHS for body in sent]
    Path(f"/proc/{service.process.pid}/clear_refs").write_text("5")
    before, times = memory(service, "VmRSS"), []
    for _ in range(TRIES):
        with watched(service) as slowest, ThreadPoolExecutor(senders) as pool:
            answers = list(pool.map(lambda each: post(service, *each), asked))
        for (path, body), (status, answer) in zip(asked, answers, strict=True):
            assert status in (200, 400, 422), (path, body[:80], answer[:200])
            assert len(answer) < 64 * 1024
        times.append(slowest[0])
        if times[-1] < SECONDS:
            break
    assert min(times) < SECONDS, f"before /livez was answered {times} seconds were computed"
    assert memory(service, "VmHWM") - before < MEBIBYTES


@pytest.mark.parametrize("name", BODIES)
def test_no_body_stops_the_service(service: Service, name: str) -> None:
    check(service, [BODIES[name]])


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece[:20])
def test_nor_does_one_piece_over_and_over(service: Service, piece: str) -> None:
    check(service, [filled(before, piece, after) for before, after in AROUND])


@pytest.mark.parametrize("seed", range(10))
def test_nor_do_pieces_at_random(service: Service, seed: int) -> None:
    check(service, [fuzzed(10 * seed + k) for k in range(5)])


def test_nor_do_sixteen_clients_at_once(service: Service) -> None:
    check(service, list(BODIES.values()), SENDERS)


def test_nor_do_pages_that_list_all_labels(service: Service) -> None:
    def ask(path: str) -> int:
        return service.client.get(path).status_code

    paths = ["/api/predict/params", "/openapi.json", "/swagger.json"] * 10
    for path in paths[:3]:
        assert ask(path) == 200  # which makes them
    times: list[float] = []
    while len(times) < TRIES and min(times, default=1) >= SECONDS:
        with watched(service) as slowest, ThreadPoolExecutor(4) as pool:
            assert set(pool.map(ask, paths)) == {200}
        times.append(slowest[0])
    assert min(times) < SECONDS


@pytest.mark.parametrize("path", PATHS)
def test_a_label_of_thousands_is_told_the_nearest_and_how_many_there_are(
    service: Service, path: str
) -> None:
    row = {**GOOD, "A": "a 0012"}
    sent = {"/api/predict": row, "/score": {"data": [row]}}.get(path, [row])
    (error,) = service.post(path, sent).json()["errors"]
    assert (error["field"], error["allowed_count"]) == ("A", 40_000)
    assert error["allowed"][0] == "A 0000012"
    assert len(error["allowed"]) == 20


def test_a_label_like_none_is_told_where_they_are(service: Service) -> None:
    problem = service.post("/api/predict", {**GOOD, "A": "Zanzibar"}).json()
    wanted = "A: is not a label of this field; GET /api/predict/params lists the 40,000 that are"
    assert problem["detail"] == wanted
    reason = "is not a label of this field"
    assert problem["errors"] == [
        {"field": "A", "reason": reason, "value": "Zanzibar", "allowed_count": 40_000}
    ]


def test_scoring_rows_with_unknown_labels_takes_little_longer_than_reading_them() -> None:
    features = [
        Feature(name="A", type="category", labels=LABELS["A"], example=LABELS["A"][0]),
        Feature(name="x", type="number", example=1),
    ]
    check = Check(Schema(task="regression", target="y", features=features))
    rows = 2_000
    frame = pl.DataFrame({"A": [f"A {k}99999" for k in range(rows)], "x": ["1"] * rows})
    start = time.process_time()
    found = check(Raw(frame, True, np.arange(rows), None, []))
    assert len(found.rejects) == rows
    assert time.process_time() - start < 10
