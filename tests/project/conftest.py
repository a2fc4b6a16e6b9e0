"""Projects of each kind, trained."""

from pathlib import Path

import pytest

from tests.support.projects import KINDS, Trained


@pytest.fixture(scope="session", params=KINDS)
def project(request: pytest.FixtureRequest, trained: Trained) -> Path:
    """A project of each kind whose environment is made and whose model is trained."""
    return trained(request.param)
