"""Fixtures of the tests of rendering."""

import pytest

from tests.support.cook import Cook


@pytest.fixture(scope="module")
def cook(tmp_path_factory: pytest.TempPathFactory) -> Cook:
    return Cook(tmp_path_factory.mktemp("cook"))
