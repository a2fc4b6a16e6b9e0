"""Patterns of texts: what they may hold, so that each program that reads one means the same.

One pattern is read by pydantic and polars (requests, training and files: Rust's regex, whose time
grows with the text alone), by browsers and clients (ECMAScript, as JSON Schema asks for), and by
testing tools (Python's `re`). They agree on what is left here.
"""

import re
import warnings

from pydantic_core import SchemaError, SchemaValidator, core_schema

LONGEST_PATTERN = 1_000
"""Characters."""

_ESCAPED_LETTER = re.compile(r"\\[A-Za-z0-9]")
_INSTEAD = {r"\d": "[0-9]", r"\w": "[A-Za-z0-9_]", r"\s": "[ \\t]"}
_PLAIN_ESCAPES = {r"\n", r"\r", r"\t"}
_MOST_STEPS = 2_000_000
"""Most steps for a text: a tenth of a second, where a pattern has as many states as it can."""

_COUNTED = re.compile(r"(\)?)\{([0-9]*),?([0-9]*)\}")
_POSSESSIVE = re.compile(r"[*+?}]\+")


class Pattern:
    """A regular expression that has to be found in a text, in time that grows with the text."""

    def __init__(self, pattern: str, longest: int) -> None:
        """Compile it.

        Args:
            pattern: The regular expression.
            longest: Characters of the longest text.

        Raises:
            ValueError: Not every program would read it, or not all alike; or it could take long.
        """
        if problem := _problem(pattern) or _too_long(pattern, longest):
            raise ValueError(f"the pattern {pattern!r} {problem}")
        schema = core_schema.str_schema(pattern=pattern, regex_engine="rust-regex")
        try:
            self._validator = SchemaValidator(schema)
        except SchemaError as error:
            cause = str(error).strip().splitlines()[-1].strip().removeprefix("error: ")
            raise ValueError(f"the pattern {pattern!r} can't be read: {cause}") from None

    def fits(self, text: str) -> bool:
        """Tell whether the pattern is found in a text."""
        return self._validator.isinstance_python(text)


def _too_long(pattern: str, longest: int) -> str | None:
    """Say that a pattern has too many states for texts of a length.

    Rust's regex keeps no more than all of its states, so that it needs as many steps for each
    character at most: a million for a{1000} on a thousand of them.
    """
    size, times = len(pattern), 1
    for of_a_group, least, most in _COUNTED.findall(pattern):
        count = max(int(least or 0), int(most or 0), 1)
        size, times = (size, times * count) if of_a_group else (size + count, times)
    if size * times * longest <= _MOST_STEPS:
        return None
    fitting = _MOST_STEPS // (size * times)
    hint = (
        f"give the text a max_length of at most {fitting:,}" if fitting else "write a simpler one"
    )
    return f"could take long on texts of {longest:,} characters; {hint}"


def _problem(pattern: str) -> str | None:
    if len(pattern) > LONGEST_PATTERN:
        return f"has more than {LONGEST_PATTERN:,} characters"
    for escape in _ESCAPED_LETTER.findall(pattern.replace(r"\\", "")):
        if escape not in _PLAIN_ESCAPES:
            instead = _INSTEAD.get(escape)
            hint = f"write {instead} for it" if instead else "write what is meant without it"
            return f"has {escape}, which means other things to other programs; {hint}"
    bare = re.sub(r"\\.", "x", pattern, flags=re.DOTALL)
    if "(?" in bare.replace("(?:", "("):
        return "has a group with (?, which not every program reads; only (?:…) may be one"
    if _POSSESSIVE.search(re.sub(r"\[\^?\]?[^]]*\]", "x", bare)):
        return "has a + behind another repetition, which not every program reads; remove it"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # sets within sets, which mean something in Rust
            re.compile(pattern)
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        return f"can't be read: {error}"
    return None
