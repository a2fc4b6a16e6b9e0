"""The project's own features.yaml, where its folder is not."""

import pytest

from model_runtime.errors import ProjectError
from model_runtime.features import read_features
from model_runtime.project import Project


@pytest.mark.parametrize("package", ["nowhere", "shop.nowhere"])
def test_a_use_case_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setattr("model_runtime.features.file.project", lambda: Project(package))
    with pytest.raises(ProjectError, match=rf"There is no package {package}\.use_case; put"):
        read_features()
