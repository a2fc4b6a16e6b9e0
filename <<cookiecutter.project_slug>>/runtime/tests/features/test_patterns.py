"""Patterns of texts: read alike by all, and never slow."""

import time

import pytest
from pydantic import ValidationError

from model_runtime.features import Feature


def text(**fields: object) -> Feature:
    return Feature.model_validate({"name": "x", "type": "text", "example": "a1", **fields})


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        (r"^\d+$", r"has \\d, which means other things to other programs; write \[0-9\] for it"),
        (r"\w", r"write \[A-Za-z0-9_\] for it"),
        (r"a\b", r"has \\b, which .*; write what is meant without it"),
        (r"(a)\1", r"has \\1, which"),
        (r"(?i)a", r"has a group with \(\?"),
        (r"a(?=1)", r"has a group with \(\?"),
        (r"a++", "another repetition"),
        (r"[[a]]", "can't be read: Possible nested set"),
        (r"a{", "can't be read"),
        (r"(", "can't be read"),
        (
            "a{1000}",
            r"could take long on texts of 10,000 .*; give the text a max_length of at most 1,",
        ),
        ("(a{100}){100}", "could take long .* of at most 17"),
        ("a" * 1_001, "has more than 1,000 characters"),
        (r"^[0-9]$", "the example of 'x' is 'a1': it must have the pattern"),
    ],
)
def test_a_pattern_that_not_all_read_alike_is_refused(pattern: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        text(pattern=pattern)


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (r"\\d?", r"\d"),
        (r"[+]\+*", "+++"),
        (r"(?:a|b)[0-9]\.?$", "b7."),
        ("[a+]1", "+1"),
        ("^.{1,3}$", "日本語"),
    ],
)
def test_a_pattern_that_all_read_alike_is_taken(pattern: str, example: str) -> None:
    assert text(pattern=pattern, example=example).misfit("-" * 5)


def test_a_pattern_costs_no_more_than_the_text_is_long() -> None:
    for pattern in ("^(a+)+$", "a[ab]{180}c"):
        feature = text(pattern=pattern, example="a" * 181 + "c" * ("c" in pattern))
        begin = time.process_time()
        assert feature.misfit("ab" * 4_999 + "!")
        assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"min_length": 3, "max_length": 2}, "'x' has a min_length above its max_length"),
        ({"min_length": 3}, "the example of 'x' is 'a1': it must have at least 3 characters"),
        ({"type": "number", "pattern": "a"}, "is a number, which has no pattern; remove it"),
        ({"type": "number", "min": "a"}, "has the min 'a', which is no number"),
        ({"type": "date", "min": "1.1.2000"}, "which must be a date like 2026-11-28"),
        ({"type": "date", "min": 3}, "has the min 3.0, which must be a date like"),
        (
            {"type": "date", "min": "2001-01-01", "max": "2000-01-01"},
            "2001-01-01 above its max",
        ),
        ({"type": "date", "example": "2026-02-29"}, "it must be a date like 2026-11-28"),
    ],
)
def test_limits_that_can_not_be_meant_are_told(fields: dict[str, object], sentence: str) -> None:
    example = {} if fields.get("type") else {"example": "a1"}
    with pytest.raises(ValidationError, match=sentence):
        Feature.model_validate({"name": "x", "type": "text", **example, **fields})
