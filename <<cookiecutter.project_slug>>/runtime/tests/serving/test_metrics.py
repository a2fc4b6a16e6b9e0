"""The counts of requests, which are taken many at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from model_runtime.serving.metrics import Metrics, Request

REQUESTS = st.lists(
    st.tuples(
        st.tuples(
            st.sampled_from(["/api/predict", "/score", "none"]),
            st.sampled_from(["GET", "POST"]),
            st.sampled_from([200, 422]),
        ),
        st.floats(0, 20) | st.sampled_from([0.0005, 0.001, 0.01, 10.0]),
    )
)


def one_by_one(requests: list[Request]) -> dict[str, float]:
    """Return what prometheus_client makes of requests that are counted one after the other."""
    registry = CollectorRegistry()
    count = Counter("http_requests", "", ["route", "method", "status"], registry=registry)
    bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    time = Histogram(
        "http_request_duration_seconds", "", ["route"], registry=registry, buckets=bounds
    )
    for labels, seconds in requests:
        count.labels(*labels).inc()
        time.labels(labels[0]).observe(seconds)
    return told(generate_latest(registry))


def told(text: bytes) -> dict[str, float]:
    """Return the series of requests, but for the times of their beginnings."""
    lines = [line.rpartition(" ") for line in text.decode().splitlines() if line[0] != "#"]
    values = {name: float(value) for name, _, value in lines if name.startswith("http_request")}
    return {name: value for name, value in values.items() if "_created" not in name}


@given(st.lists(REQUESTS))
def test_many_are_counted_as_one_by_one(parts: list[list[Request]]) -> None:
    metrics = Metrics()
    for requests in parts:
        metrics.observe(requests)
    every = [request for requests in parts for request in requests]
    assert told(metrics.text()) == pytest.approx(one_by_one(every))
