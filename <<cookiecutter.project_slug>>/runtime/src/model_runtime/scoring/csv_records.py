"""Cut CSV (RFC 4180) into records, and know the line on which each begins.

Quotes that stand where the RFC allows none spoil their own line and no other. Empty lines are no
records.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .check import Numbers
from .inputs import LONGEST, TOO_LONG

Bytes = npt.NDArray[np.uint8]

STRAY = "has a quote or a carriage return where CSV allows none, or a quote that is not closed"


class Grammar:
    """The records of CSV whose fields a separator divides.

    `record` is one with its line feed; `open` is a beginning that goes on.
    """

    def __init__(self, separator: str = ",") -> None:
        """Settle the separator, one sign of ASCII."""
        sign = re.escape(separator).encode()
        field = rb'(?:"(?:[^"]|"")*+"|[^"%b\r\n]*+)' % sign
        self.record = re.compile(rb"%b(?:%b%b)*+\r?\n" % (field, sign, field))
        self.open = re.compile(rb'(?:%b%b)*+"(?:[^"]|"")*+\Z' % (field, sign))
        self.before, self.after = (list(f"{separator}{ends}".encode()) for ends in ('\n"', '\n\r"'))


@dataclass(frozen=True)
class Records:
    """Well-formed records, one after the other, and the lines that are none."""

    content: bytes
    lines: Numbers
    spoilt: list[tuple[int, str]]


def records(blocks: Iterable[bytes], line: int, grammar: Grammar) -> Iterator[Records]:
    """Cut blocks of whole lines into records.

    Args:
        blocks: See `whole_lines`.
        line: The number of the first block's first line.
        grammar: Of the file.
    """
    rest = b""
    for block in blocks:
        content = rest + block
        found, used, feeds = _cut(content, line, grammar, at_end=False)
        yield found
        line += feeds
        rest = content[used:]
    yield _cut(rest, line, grammar, at_end=True)[0]


def _cut(content: bytes, line: int, grammar: Grammar, at_end: bool) -> tuple[Records, int, int]:
    """Return the records, and how many bytes and lines they take; the rest is one that goes on."""
    data = np.frombuffer(content, np.uint8)
    feeds = np.flatnonzero(data == ord("\n"))
    quotes = np.flatnonzero(data == ord('"'))
    if not _regular(data, quotes, grammar):
        return _cut_slowly(content, line, grammar, at_end)
    ends = feeds[np.searchsorted(quotes, feeds) % 2 == 0] + 1
    starts = np.concatenate([[0], ends[:-1]])[: len(ends)]
    used = int(ends[-1]) if len(ends) else 0
    left = len(content) - used
    too_long = left > LONGEST or (ends - starts > LONGEST).any()
    if too_long or (at_end and left) or not _regular_returns(content, data, quotes):
        return _cut_slowly(content, line, grammar, at_end)
    lines = line + np.searchsorted(feeds, starts)
    passed = int(np.searchsorted(feeds, used))
    size = ends - starts
    empty = (size == 1) | ((size == 2) & (data[starts] == ord("\r")))
    if not empty.any():
        return Records(content[:used], lines, []), used, passed
    kept = np.repeat(~empty, size)
    return Records(data[:used][kept].tobytes(), lines[~empty], []), used, passed


def _regular(data: Bytes, quotes: Numbers, grammar: Grammar) -> bool:
    """Tell whether each quote stands at an end of a field or is one of a pair within it."""
    if not len(quotes):
        return True
    opening, closing = quotes[::2], quotes[1::2]
    before = data[opening - 1]
    before[opening == 0] = ord("\n")
    after = data[closing + 1]  # there is one, for a line feed is last
    return bool(np.isin(before, grammar.before).all() and np.isin(after, grammar.after).all())


def _regular_returns(content: bytes, data: Bytes, quotes: Numbers) -> bool:
    """Tell whether each carriage return outside of quotes is followed by a line feed."""
    if content.count(b"\r") == content.count(b"\r\n"):
        return True
    returns = np.flatnonzero(data == ord("\r"))
    outside = returns[np.searchsorted(quotes, returns) % 2 == 0]
    return bool((data[outside + 1] == ord("\n")).all())


def _cut_slowly(
    content: bytes, line: int, grammar: Grammar, at_end: bool
) -> tuple[Records, int, int]:
    """Cut record by record; a line that begins none is spoilt, and the next is tried."""
    good, lines, spoilt = [], [], []
    place, first = 0, line
    while place < len(content):
        if match := grammar.record.match(content, place, place + LONGEST):
            end = match.end()
            if match[0].strip(b"\r\n"):
                good.append(match[0])
                lines.append(line)
        else:
            open_still = len(content) - place <= LONGEST and grammar.open.match(content, place)
            if open_still and not at_end:
                break
            end = content.index(b"\n", place) + 1
            spoilt.append((line, TOO_LONG if end - place > LONGEST else STRAY))
        line += content.count(b"\n", place, end)
        place = end
    return Records(b"".join(good), np.array(lines, np.int64), spoilt), place, line - first
