"""Texts of all of Unicode, alone and among the words that training knows."""

# ruff: noqa: RUF001 (characters that look like others are what is wanted)

import unicodedata
from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

import numpy as np
import numpy.typing as npt

Random = np.random.Generator

LONGEST = 10_000
"""Characters of the longest text that is drawn."""

_MOST_WORDS = 5_000
_OF_EACH_CATEGORY = 400
_SEPARATORS = (
    *" \t\n\r\0_-.'’/,\xa0\u2003\u200b\u200d\u2028\xad\ufeff\x1c\x85",
    *("", "  ", "\r\n", "0", "٣", "²", "日", "の"),
)
_WORDS = """
é résumé re\u0301sume\u0301 naïve Straße STRASSE ẞ ﬁle ŉ ǅ İstanbul ıi ſum Å ς ΣΑΣ ΐ ﬃ ԵՒ և ΰ
цена ЦЕНА 日本 中文字 한국어 ひらがな עברית العربية ไทย हिन्दी ＦＵＬＬ Ⅻ ① ½ x² ٣٤ १२ 3.14 0x1F 1e39
don't stop-me_now e\u0301 \u0301 \u0300\u0316 n\u0303o x\u20e3 \u202eabc a\u200db 👩\u200d👩 🙂 𝔘𝔫𝔦
𐐀𐐨 \U000e0041 \u212a \ue000 \ufffe \U0010ffff __ !? a I
"""
_PIECES = [*_WORDS.split(), "", " ", "\0", "\x7f"]


@cache
def characters() -> dict[str, str]:
    """Return some of each of Unicode's categories but the surrogates, which no request can hold."""
    found: dict[str, list[str]] = {}
    for character in map(chr, range(0x110000)):
        found.setdefault(unicodedata.category(character), []).append(character)
    del found["Cs"]
    return {
        category: "".join(each[:: -(-len(each) // _OF_EACH_CATEGORY)])
        for category, each in found.items()
    }


def draw_texts(seen: list[str], n: int, random: Random) -> npt.NDArray[Any]:
    """Draw n texts: a fifth as training knows them, the others changed, mixed or strange.

    Args:
        seen: Training's texts that are not empty; there may be none.
        n: How many.
        random: Where chance comes from.
    """
    words = list(dict.fromkeys(word for text in seen for word in text.split()))
    random.shuffle(words)
    makers = [_known, _in_another_case, _mixed, _mixed, _of_any_characters]
    turns = random.integers(len(makers), size=n)
    known = seen or _PIECES
    drawn = [makers[turn](known, words[:_MOST_WORDS] or _PIECES, random) for turn in turns]
    for row in range(0, n, 500):
        drawn[row] = _long(drawn[row], random)
    texts = np.empty(n, dtype=object)
    texts[:] = drawn
    return texts


def like(text: str, random: Random) -> str:
    """Return a text whose letters and digits are others of their kind, each with a chance."""
    return "".join(_of_its_kind(each, random) if random.random() < 0.5 else each for each in text)


def _of_its_kind(character: str, random: Random) -> str:
    for kind in (digits, ascii_lowercase, ascii_uppercase):
        if character in kind:
            return kind[random.integers(len(kind))]
    return character


def _known(seen: list[str], words: list[str], random: Random) -> str:
    return seen[random.integers(len(seen))]


def _in_another_case(seen: list[str], words: list[str], random: Random) -> str:
    change = (str.upper, str.lower, str.title, str.swapcase)[random.integers(4)]
    changed = change(_known(seen, words, random))
    return unicodedata.normalize("NFKC" if random.integers(2) else "NFD", changed)


def _mixed(seen: list[str], words: list[str], random: Random) -> str:
    """Join words, pieces and single characters by separators of all kinds."""
    parts: list[str] = []
    for _ in range(random.integers(1, 7)):
        kind = random.random()
        if kind < 0.5:
            parts.append(words[random.integers(len(words))])
        elif kind < 0.8:
            parts.append(_PIECES[random.integers(len(_PIECES))])
        else:
            parts.append(_character(random))
        parts.append(_SEPARATORS[random.integers(len(_SEPARATORS))])
    return "".join(parts)


def _of_any_characters(seen: list[str], words: list[str], random: Random) -> str:
    return "".join(_character(random) for _ in range(random.integers(0, 8)))


def _character(random: Random) -> str:
    categories = list(characters().values())
    category = categories[random.integers(len(categories))]
    return category[random.integers(len(category))]


def _long(text: str, random: Random) -> str:
    """Repeat a text, with or without a blank, until it is as long as it may be."""
    again = (text or "a") + ("", " ")[random.integers(2)]
    return (again * (LONGEST // len(again) + 1))[:LONGEST]
