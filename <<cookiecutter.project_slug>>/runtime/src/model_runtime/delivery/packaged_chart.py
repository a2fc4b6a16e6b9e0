"""The chart as one file, which installs without the project: its defaults are config.yaml's."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import ProjectError
from ..settings import config_file
from ..yaml_file import read_yaml
from .chart import chart_folder, defaults
from .helm import need_helm
from .image import run
from .registry_login import registry_host, registry_login

_HEADER = "# config.yaml laid over the settings' defaults, by `make chart`.\n"


def package(model: int, revision: str | None, tag: str, given: Mapping[str, str]) -> Path:
    """Write the chart into build/ and return its file.

    Args:
        model: The model's version, which is the last number of the chart's own.
        revision: The folder's commit, which is the build in the chart's version.
        tag: The image's tag, which is the app's version.
        given: Values that come before those of config.yaml, by their paths.

    Raises:
        ProjectError: Helm is missing or fails, as it has said.
    """
    need_helm()
    chart = chart_folder()
    number = chart_version(
        read_yaml(chart / "Chart.yaml", "Chart.yaml")["version"], model, revision
    )
    versions = ("--version", number, "--app-version", tag)
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(chart, Path(folder, chart.name))
        text = _HEADER + yaml.safe_dump(_values(given), sort_keys=False, allow_unicode=True)
        (copy / "values.yaml").write_text(text, "utf-8")
        run("helm", "package", str(copy), *versions, "--destination", "build")
    return Path("build", f"{chart.name}-{number}.tgz")


def chart_version(own: str, model: int, revision: str | None) -> str:
    """Return a version that grows with the model's: 0.1.7+3f2a… of version 7 in the chart 0.1.

    A tag of a registry has no +: Helm writes and reads _ there.
    """
    major, minor, _ = own.split(".", 2)
    return f"{major}.{minor}.{model}" + (f"+{revision}" if revision else "")


def push_chart(file: Path, repository: str) -> str:
    """Push a packaged chart beside the image, and return the address that it has then.

    Charts are named as the project is: where the image is, too, both are in one repository, which
    some registries ask to be made beforehand; their tags differ.

    Args:
        file: The packaged chart.
        repository: The image's.

    Raises:
        ProjectError: Helm fails, as it has said, or the image's name has no registry.
    """
    registry_host(repository)
    place = f"oci://{repository.rpartition('/')[0]}"
    with tempfile.TemporaryDirectory() as folder:
        own: tuple[str, ...] = ()
        if login := registry_login(repository):
            own = ("--registry-config", f"{folder}/config.json")
            run("helm", "registry", *login.words, *own, given=login.password)
        run("helm", "push", str(file), place, *own)
    found = re.fullmatch(r"(.+)-(\d+\.\d+\.\d+.*)\.tgz", file.name)
    if not found:
        raise ProjectError(f"{file} is not named as a packaged chart is: NAME-VERSION.tgz.")
    return f"{place}/{found[1]} --version {found[2]}"


def _values(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the chart's defaults, with config.yaml and what is given laid over them."""
    values = _laid_over(defaults(), read_yaml(config_file(), "config.yaml"))
    for path, value in given.items():
        *sections, name = path.split(".")
        section = values
        for each in sections:
            section = section[each]
        section[name] = value
    return values


def _laid_over(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as Helm merges them: maps are merged.

    Null over a default is as if it weren't there; where there is none, it means something itself.
    """
    merged = dict(below)
    for name, value in above.items():
        if isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _laid_over(merged[name], value)
        elif value is not None or name not in below:
            merged[name] = value
    return merged
