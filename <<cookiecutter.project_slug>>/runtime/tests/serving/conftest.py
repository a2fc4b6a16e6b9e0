"""Services that several files' tests ask."""

from collections.abc import Iterator

import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.testing.service import Service, running

from ..support.reloading import ADMIN, TOKEN, Place, Served, serving
from ..support.telemetry import SOON, Received, receiver


@pytest.fixture(scope="session")
def any_version(
    bundles: list[Bundle], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A service that may be told to reload, of the version that the test before has left."""
    place = Place(tmp_path_factory.mktemp("reload") / "model_bin")
    place.put(bundles[0])
    with serving(place, **ADMIN) as service:
        service.wait("/readyz")
        yield service
    assert TOKEN not in place.log


@pytest.fixture
def admin(any_version: Served, bundles: list[Bundle]) -> Served:
    """A service of version 1 that may be told to reload."""
    any_version.place.put(bundles[0])
    assert any_version.reload().status_code == 200
    return any_version


@pytest.fixture(scope="session")
def unready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service without a model."""
    folder = tmp_path_factory.mktemp("unready")
    with running(folder / "none", folder / "log") as service:
        service.wait("/readyz", 503)
        yield service


@pytest.fixture(scope="module")
def received() -> Iterator[Received]:
    """A receiver of telemetry, which services send to soon."""
    with receiver() as received, pytest.MonkeyPatch.context() as patch:
        for name, value in SOON.items():
            patch.setenv(name, value)
        yield received
