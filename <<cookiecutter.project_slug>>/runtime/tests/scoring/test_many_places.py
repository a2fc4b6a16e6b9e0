"""The names and places of many files: patterns, roots, suffixes, and no secret of an address."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_runtime.scoring.many.choice import many
from model_runtime.scoring.many.found import root_of, suffix_of
from model_runtime.scoring.many.place import shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sftp://user:pa:ss@host/x", "sftp://…@host/x"),
        (
            "https://a.blob.core.windows.net/c/x?sv=1&sig=abc%3D",
            "https://a.blob.core.windows.net/c/x?…",
        ),
        ("got 403 of 'https://h/x?sig=abc', sorry", "got 403 of 'https://h/x?…', sorry"),
        ("abfs://container@account.dfs.core.windows.net/x", None),
        ("s3://bucket/day=?/x", None),
        ("memory://x?sig=abc", "memory://x?sig=…"),
        ("plain/path?sigma=1", None),
    ],
)
def test_no_secret_is_shown(text: str, said: str | None) -> None:
    assert shown(text) == (said or text)


@pytest.mark.parametrize(
    ("source", "target", "cluster", "expected"),
    [
        ("file.csv", "out.csv", "", False),
        ("a[1].csv", "out.csv", "", False),
        ("gone.csv", "out.csv", "", False),
        ("file.csv", "out.csv", "local:2", True),
        ("*.csv", "out", "", True),
        ("folder", "out", "", True),
        ("gone/", "out", "", True),
        ("s3://bucket/x.csv", "out.csv", "", True),
        ("file.csv", "abfs://x@y.z/out", "", True),
    ],
)
def test_what_is_many_files_is_told_from_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    target: str,
    cluster: str,
    expected: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "a[1].csv").touch()
    assert many(source, target, cluster) == expected


PLAIN = st.text("abc=% #ß.-", min_size=1, max_size=4).filter(lambda text: text not in (".", ".."))
MAGIC = st.builds("{}{}{}".format, PLAIN, st.sampled_from(["*", "?", "[ab]", "**"]), PLAIN)


@given(
    st.lists(PLAIN, max_size=3),
    st.lists(st.one_of(PLAIN, MAGIC), max_size=2),
    st.sampled_from(["/", "s3://", "abfs://c@a.b/", ""]),
)
def test_a_patterns_root_is_its_longest_folder_without_one(
    fixed: list[str], after: list[str], start: str
) -> None:
    path = start + "/".join([*fixed, "x*", *after, "y.csv"])
    wanted = (start + "/".join(fixed)).rstrip("/") or ("/" if start == "/" else "")
    if start.endswith("://") and not fixed:
        wanted = start.rstrip("/")
    assert root_of(path).rstrip("/") == wanted.rstrip("/")
    assert not re.search(r"[*]", root_of(path))


@given(PLAIN, st.sampled_from([".csv", ".Parquet", ".JSONL"]))
def test_a_suffix_is_the_names_last(name: str, suffix: str) -> None:
    assert suffix_of(f"a.b/{name}x{suffix}") == suffix.lower()
    assert suffix_of(f"https://h/x{suffix}?sig=a.b") == suffix.lower()
    assert suffix_of("a.csv/README") == ""
