"""What the tests of rendering share."""

import pytest

from .cook import Cook


@pytest.fixture(scope="module")
def cook(tmp_path_factory: pytest.TempPathFactory) -> Cook:
    return Cook(tmp_path_factory.mktemp("cook"))
