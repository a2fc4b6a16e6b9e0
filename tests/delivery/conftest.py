"""Projects, images and clusters that the tests of delivery share."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.images import ENVIRONMENT, SECRETS, alone, make_base
from tests.support.commands import run
from tests.support.files import COMPLETE
from tests.support.projects import Baked, Trained

from .charts import Manifest, documents, template
from .control_plane.cluster import Cluster
from .control_plane.fixtures import control_plane, namespace
from .control_plane.programs import programs
from .go_programs import helm_binary

IDS = {"image_registry": "id-images", "model_registry": "id-models"}


@pytest.fixture(scope="module")
def project(baked: Baked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose config.yaml names credentials."""
    source = baked(COMPLETE)
    made = shutil.copytree(source, tmp_path_factory.mktemp("bake") / source.name)
    config = made / "config.yaml"
    text = config.read_text("utf-8")
    for name, identity in IDS.items():
        text = text.replace(f'{name}: ""', f"{name}: {identity}")
    config.write_text(text, "utf-8")
    subprocess.run(["git", "init", "--quiet", made], check=True)  # for zizmor and actionlint
    return made


@pytest.fixture(scope="module")
def plain(baked: Baked) -> Path:
    return baked({**COMPLETE, "project_name": "Titanic"})


@pytest.fixture(scope="module")
def built(trained: Trained) -> Path:
    """Titanic, trained, with files that must not get into its image, and the image built.

    It is one for all processes that run these tests.
    """
    with alone(), trained.once("image") as (folder, done):
        if not done:
            make_base(trained)
            project = trained.copy("titanic", folder)
            for name in SECRETS:
                (project / name).write_text("SECRET")
            run("make", "image", cwd=project, **ENVIRONMENT)
    return folder / "titanic"


@pytest.fixture(scope="module")
def titanic(baked: Baked) -> Path:
    return baked.example("titanic")


@pytest.fixture
def render(titanic: Path, tmp_path: Path) -> Callable[..., list[Manifest]]:
    def rendered(values: dict[str, Any], release: str = "titanic") -> list[Manifest]:
        return documents(template(titanic, tmp_path, values, release))

    return rendered


@pytest.fixture
def there(trained: Trained, tmp_path: Path) -> Iterator[Cluster]:
    """A namespace on a real control plane, whose node is this machine."""
    with namespace(control_plane(trained), tmp_path) as found:
        yield found


@pytest.fixture
def released(there: Cluster, trained: Trained, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The namespace that a project's `make` finds, as it finds Helm; images are Titanic's."""
    there.runs(trained("titanic"))
    monkeypatch.setenv("KUBECONFIG", str(there.kubeconfig))
    monkeypatch.setenv("NAMESPACE", there.namespace)
    path = (helm_binary().parent, programs(), os.environ["PATH"])
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, path)))
    return there
