"""A key that stands twice is refused wherever JSON is read from."""

from pathlib import Path

import pytest

from model_runtime.bundle.parts import parse
from model_runtime.errors import ProjectError
from model_runtime.settings import read_settings

from .support.sample import PREFIX


def test_a_part_of_a_bundle_has_no_key_twice() -> None:
    with pytest.raises(ProjectError, match=r"schema.json .*the key 'b' stands twice"):
        parse(b'{"a": [{"b": 1, "b": 1}]}', Path("schema.json"))


def test_nor_has_a_value_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}MODEL__TAGS", '{"team": "a", "team": "b"}')
    with pytest.raises(ProjectError, match="the key 'team' stands twice"):
        read_settings()
