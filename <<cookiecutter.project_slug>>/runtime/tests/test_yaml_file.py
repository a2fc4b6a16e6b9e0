"""YAML is read as it was written, or refused with the line."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_runtime.errors import ProjectError
from model_runtime.features import read_features
from model_runtime.settings import read_settings
from model_runtime.yaml_file import MOST_NODES, read_yaml

WORDS = [
    *("no", "yes", "on", "off", "No", "YES", "y", "n", "inf", "nan", "nulL", "trUe", "~x", "="),
    *("2024-01-01", "2024-01-01T10:00:00Z", "12:30", "12:30:00", "1_000", "0x1F", "0o17", "0b1"),
    *("1.2.3", "1e", "1e+", ".", "+"),
]
MERGED = "a: &a {x: 1, y: 2}\nb: {'<': 0, " + "<" * 2 + ": *a, y: 3}\n"


def read(content: str | bytes, folder: Path) -> dict[str, Any]:
    file = folder / "file.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_yaml(file, "file.yaml")


@pytest.mark.parametrize("word", WORDS)
def test_what_only_yaml_1_1_takes_for_something_else_is_text(word: str, tmp_path: Path) -> None:
    found = read(f"value: {word}\nlist: [{word}]\n{word}: key\n", tmp_path)
    assert found == {"value": word, "list": [word], word: "key"}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e6", 1e6), ("1E-5", 1e-5), ("-.5", -0.5), ("5.", 5.0), ("+3", 3), ("0", 0), ("-0", 0),
        ("0.50", 0.5), (".inf", math.inf), ("-.INF", -math.inf), ("1048576", 1_048_576),
        ("true", True), ("FALSE", False), ("null", None), ("~", None), ("", None), ("'1'", "1"),
        ("!!str 1", "1"), ("!!float 1", 1.0),
    ],
)  # fmt: skip
def test_numbers_booleans_and_null_are_yaml_1_2s(written: str, value: Any, tmp_path: Path) -> None:
    found = read(f"value: {written}\n", tmp_path)["value"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("written", ["010", "-010", "+00", "08544", "007"])
def test_a_leading_zero_is_an_error_with_both_ways_out(written: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"file\.yaml, line 2: .*octal") as caught:
        read(f"labels:\n- {written}\n", tmp_path)
    assert f"write {int(written)}, or '{written}'" in str(caught.value)
    assert read(f"labels: ['{written}']\n{written}: key\n", tmp_path)["labels"] == [written]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands twice, first in line 1"),
        ("a:\n  b: 1\n  'b': 2\n", "line 3: the key 'b' stands twice, first in line 2"),
        ("a: [{b: 1,\n b: 1}]\n", "line 2: the key 'b' stands twice"),
        ('{"a": 1, "\\u0061": 2}', "the key 'a' stands twice"),
        ("0: a\n'0': b\n", "the key '0' stands twice"),
        (MERGED.replace("y: 3", "y: 3, y: 4"), "line 2: the key 'y' stands twice"),
        ("a: 1\n? [b]\n: c\n", "line 2: a key is a text"),
        ("a: !unknown b\n", "line 1: the tag !unknown"),
        ("a: !!python/name:os.system b\n", "line 1: the tag"),
        ("a: !!timestamp b\n", "line 1: the tag"),
        ("a: !!bool maybe\n", "line 1: 'maybe' is neither true nor false"),
        ("a: !!int b\n", "line 1: 'b' is not a number"),
        (f"a: {'9' * 5_000}\n", "is not a number that can be read"),
        ("a: 1\n---\nb: 2\n", "line 2: expected a single document"),
        ("a: 1\nb: [1\n", "line 3: is not YAML: while parsing"),
        ("a: *b\n", "line 1: found undefined alias"),
        ("a: &a\n- *a\n", "holds itself"),
        ("a:\n  " + "[" * 50_000, "line 2: is nested deeper than 100 levels"),
        ("a:\n  b: " + "{a: " * 50_000, "line 2: is nested deeper than 100 levels"),
        (b"a: 1\nb: \xfc\n", "line 2: is not UTF-8"),
        ("a: ü".encode("utf-16"), "line 1: is not UTF-8"),
        ("a: \0", "is not YAML"),
        ('a: "\\ud83d"', "line 1: half of a surrogate pair"),
        ("- a\n- b\n", "is a list; write lines of `key: value`"),
        ("a\n", "is a value; write lines of `key: value`"),
        ("0", "is a value"),
    ],
)  # fmt: skip
def test_what_cant_be_meant_is_named(content: str | bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        read(content, tmp_path)
    assert str(caught.value).startswith("file.yaml")
    assert sentence in str(caught.value)


def test_aliases_of_aliases_end_before_they_fill_the_memory(tmp_path: Path) -> None:
    lists = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    for content in (lists, lists.replace(": &a [", ": &a [0, ")):
        with pytest.raises(ProjectError, match=f"line [0-9]+: .* more than {MOST_NODES:,} values"):
            read(content, tmp_path)


def test_aliases_and_merging_still_save_writing(tmp_path: Path) -> None:
    assert read(MERGED, tmp_path)["b"] == {"<": 0, "x": 1, "y": 3}
    assert read("a: &a [1]\nb: *a\n", tmp_path) == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbfa: 1\r\nb: x\r\n", b"a: 1\rb: x", b"---\na: 1\nb: x\n..."]
)
def test_a_byte_order_mark_and_any_end_of_line_are_skipped(content: bytes, tmp_path: Path) -> None:
    assert read(content, tmp_path) == {"a": 1, "b": "x"}


@pytest.mark.parametrize("content", ["", "# nothing but a comment\n", "---\n", "null\n"])
def test_an_empty_file_has_no_keys(content: str, tmp_path: Path) -> None:
    assert read(content, tmp_path) == {}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=99), inner),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=99), VALUES))
def test_json_is_yaml(tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any]) -> None:
    folder = tmp_path_factory.getbasetemp()
    assert json.dumps(read(json.dumps(fields), folder)) == json.dumps(fields)


def test_features_may_be_named_as_people_name_them(tmp_path: Path) -> None:
    file = tmp_path / "features.yaml"
    file.write_text(
        "target: on\ntask: classification\nid: no\nclasses: {0: no, 1: yes}\n"
        "flags: {no: n, yes: y}\n"
        "features:\n- {name: off, type: category, labels: [no, yes, 2024-01-01, 12:30]}\n"
        "- {name: y, type: number, min: -1e-3, max: 1e6, optional: yes}\n"
        "- {name: late, type: number, leaks: on}\n"
    )
    found = read_features(file)
    assert (found.target, found.id) == ("on", "no")
    assert (found.classes, found.flags) == ({"0": "no", "1": "yes"}, {"no": "n", "yes": "y"})
    first, second, third = found.features
    assert (first.name, first.labels) == ("off", ["no", "yes", "2024-01-01", "12:30"])
    assert (second.min, second.max, second.optional, second.leaks) == (-0.001, 1e6, True, False)
    assert (third.optional, third.leaks) == (True, True)


@pytest.mark.parametrize("label", ["null", "true", "3", "1e6"])
def test_a_label_that_is_no_text_is_told_to_be_quoted(label: str, tmp_path: Path) -> None:
    file = tmp_path / "features.yaml"
    file.write_text(
        "target: t\ntask: classification\n"
        f"features: [{{name: a, type: category, labels: [b, {label}]}}]\n"
    )
    with pytest.raises(ProjectError, match=r"feature 'a': labels\[1\]: .*put it in quotes"):
        read_features(file)


def test_config_yaml_is_read_likewise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "config.yaml"
    file.write_text("serving:\n  max_rows: 1e3\n  score_as_text: no\nmodel: {tags: {gdpr: no}}\n")
    found = read_settings()
    assert (found.serving.max_rows, found.serving.score_as_text) == (1000, False)
    assert found.model.tags == {"gdpr": "no"}
    for text, sentence in (
        ("serving:\n  max_rows: 5\nserving: {}\n", "config.yaml, line 3: the key 'serving' stands"),
        ("training:\n  seed: 010\n", "config.yaml, line 2: 010 is 10"),
        ("- serving\n", "config.yaml is a list"),
        ("3: 4\n", "3: is not a key that this file knows"),
    ):
        file.write_text(text)
        with pytest.raises(ProjectError, match=sentence):
            read_settings()
