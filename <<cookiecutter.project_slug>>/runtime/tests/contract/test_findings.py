"""Findings: as many are looked for as are told, and each is told in few words."""

import gc
import json
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from model_runtime.contract.findings import Finding
from model_runtime.contract.problems import Refusal, invalid, shown
from model_runtime.contract.read_json import read_json


def counted(number: int) -> Iterator[Finding]:
    for k in range(number):
        assert k <= 10, "an eleventh finding says that there are more"
        yield Finding("is wrong", "age", k, k)


@pytest.mark.parametrize(
    ("number", "others"),
    [(1, ""), (2, " (and 1 more)"), (10, " (and 9 more)"), (99, " (and at least 10 more)")],
)
def test_no_more_is_looked_for_than_is_told(number: int, others: str) -> None:
    refusal = invalid(counted(number))
    assert refusal.detail == f"row 0, age: is wrong{others}"
    assert len(refusal.errors) == min(number, 10)


@pytest.mark.parametrize(
    "value",
    [
        [[]] * 100_000,
        {f"{k}": k for k in range(100_000)},
        "y" * 1_000_000,
        ["y" * 1_000_000],
        10**4000,
        [[1.5, None, True, {"a": "ä"}]],
        float("inf"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_was_sent_is_told_in_80_characters(value: Any) -> None:
    text = shown(value)
    assert len(text) <= 81
    whole = json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)
    assert whole.startswith(text.removesuffix("…"))
    assert text.endswith("…") == (len(whole) > 80)


def test_what_was_told_of_is_not_kept() -> None:
    class Sent(list[Any]):
        """A list that can be watched."""

    sent = Sent([[]] * 1_000)
    watch = weakref.ref(sent)
    gc.disable()
    try:
        shown(sent)
        del sent
        assert watch() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("bracket", ["[]", '{"a":1}', "[[1]]", r'["\\\""]', '["["]'])
def test_more_lists_than_any_request_has_are_counted_and_not_made(bracket: str) -> None:
    body = ",".join([bracket] * 20_000)
    with pytest.raises(Refusal, match=r"more than 10,000 lists and objects.* 1,000 rows"):
        read_json(f"[{body}]".encode(), most_rows=1_000)


@pytest.mark.parametrize("text", ["[" * 20_000, r"\"[" * 20_000, r"\\\"{" * 20_000, r"\\"])
def test_brackets_in_a_text_are_no_lists(text: str) -> None:
    body = f'[{{"a":"{text}"}},"{text}"]'
    assert read_json(body.encode(), most_rows=1) == json.loads(body)


def test_a_request_may_have_as_many_rows_as_are_allowed() -> None:
    body = b"[" + b",".join([b"{}"] * 50_000) + b"]"
    assert len(read_json(body, most_rows=50_000)) == 50_000
