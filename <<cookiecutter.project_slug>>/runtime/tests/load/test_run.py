"""The load test measures what a server does, wrong answers and pauses as well."""

import time

import pytest

from model_runtime.load.limits import Limits
from model_runtime.load.measured import SHARES, Measured, Watch
from model_runtime.load.run import Load, run

from ..support.scripted import BUSY, LAST, OK, scripted


def measure(answers: list[bytes], users: int = 1, rate: float = 100) -> tuple[Measured, int]:
    """Return a run of a second against a server that gives answers in turn, and their number."""
    last = 0

    def answer(number: int) -> bytes:
        nonlocal last
        last = number
        return answers[number % len(answers)]

    with scripted(answer) as target:
        return run(target, Load(users, 1, rate)), last


def test_each_answer_is_counted_once() -> None:
    measured, answered = measure([OK], users=5, rate=0)
    assert (measured.answered, measured.failed) == (answered, 0)
    assert answered > 5
    assert sum(window.answered for window in measured.windows) == answered


def test_a_connection_that_ends_after_its_answer_is_no_failure() -> None:
    measured, answered = measure([LAST], users=3)
    assert (measured.answered, measured.failed) == (answered, 0)
    assert answered > 3


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (BUSY, "status 503"),
        (b"", "connection lost"),
        (OK[:-1], "connection lost"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP"),
        (OK + OK, "an answer that nobody asked for"),
    ],
    ids=["busy", "nothing", "half", "no HTTP", "two"],
)
def test_a_wrong_answer_is_a_failure_by_its_reason(wrong: bytes, reason: str) -> None:
    measured, _ = measure([OK, OK, wrong], rate=20)  # slow enough to be never late
    (found, count), *others = measured.failures.items()
    assert found.startswith(reason), measured.failures
    assert (others, count > 1, measured.answered > 1) == ([], True, True)


def test_where_nobody_listens_each_attempt_is_a_failure() -> None:
    with scripted(lambda number: OK) as target:
        pass
    measured = run(target, Load(1, 1))
    assert measured.answered == 0
    assert all("not connected" in reason for reason in measured.failures)
    missed = [
        check.limit for check in Limits(max_failures=1_000).checks(measured) if not check.is_kept
    ]
    assert missed == ["any answer"]


def test_requests_come_at_the_rate_that_is_wanted() -> None:
    measured, _ = measure([OK], users=4, rate=80)
    assert measured.failed == 0
    assert 70 <= measured.answered <= 81, "80 are due within the second"


def test_who_had_to_wait_for_a_server_that_paused_has_waited() -> None:
    def answer(number: int) -> bytes:
        if number == 20:
            time.sleep(0.5)  # the server stands still: the very thing that is measured
        return OK

    with scripted(answer) as target:
        measured = run(target, Load(1, 1, 100))
    # One request was under way; some fifty others were due meanwhile.
    assert measured.percentile(75) > 0.1
    assert 0.5 <= measured.longest < 1


def test_percentiles_are_right_to_a_hundredth() -> None:
    watch = Watch()
    for number in range(1, 10_001):
        watch.answered(number / 10_000)
    watch.close()
    for share in SHARES:
        assert watch.measured.percentile(share) == pytest.approx(share / 100, rel=0.011)
    assert watch.measured.percentile(100) == watch.measured.longest == 1
