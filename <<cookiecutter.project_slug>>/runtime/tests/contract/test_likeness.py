"""Suggestions: the likest of very many words, none where no word is like, each looked up once."""

import random
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_runtime.contract.likeness import MOST_WORDS, Words

RANDOM = random.Random(0)
SYLLABLES = ["ba", "del", "in", "kor", "lu", "mor", "na", "pol", "ri", "sten", "to", "vik"]
TOWNS = sorted({"".join(RANDOM.choices(SYLLABLES, k=4)).title() for _ in range(5_000)})
MANY = Words(TOWNS)


def ratio(word: str, other: str) -> float:
    return SequenceMatcher(None, other.casefold(), word.casefold()).ratio()


def misspelt(word: str) -> str:
    place = RANDOM.randrange(len(word) - 1)
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return RANDOM.choice(
        [swapped, word[:place] + word[place + 1 :], f"{word}x", word.upper() + "e"]
    )


@pytest.mark.parametrize("town", RANDOM.sample(TOWNS, 100))
def test_of_thousands_the_likest_is_as_like_as_any(town: str) -> None:
    word = misspelt(town)
    found = MANY.like(word)
    assert 0 < len(found) <= MOST_WORDS
    likeness = [ratio(word, other) for other in found]
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[0] >= ratio(word, town)


@pytest.mark.parametrize("word", ["zzz", "??", "", "12345", "\0", "True", "[1, 2]"])
def test_a_word_like_none_gets_no_suggestion(word: str) -> None:
    assert MANY.like(word) == ()
    assert Words(["male", "female"]).like(word) == ()


def test_of_few_words_the_like_ones_come_in_their_order() -> None:
    assert Words(["S", "M", "L", "XL"]).like("XXL") == ("XL",)
    assert Words(["S", "M", "L"]).like("xl") == ("L",)
    assert Words(["male", "female"]).like("Femal") == ("female", "male")


def test_a_word_is_looked_up_once() -> None:
    words = Words(TOWNS)
    assert words.like("Bana") is words.like("Bana")


@given(st.text())
def test_any_word_can_be_asked_for(word: str) -> None:
    assert len(MANY.like(word)) <= MOST_WORDS


@given(st.lists(st.text(min_size=1), min_size=60, max_size=80, unique=True), st.data())
def test_a_word_with_one_more_letter_is_found_among_any(
    words: list[str], data: st.DataObject
) -> None:
    word = data.draw(st.sampled_from(words))[:40]
    assert Words([*words, word]).like(f"{word}x")
