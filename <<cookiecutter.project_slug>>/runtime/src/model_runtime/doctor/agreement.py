"""See that what was made from something else still fits it: bundle, chart and lock file."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ..bundle.read import read_bundle
from ..bundle.schema import Schema
from ..delivery.chart import chart_folder, generated
from ..errors import ProjectError
from ..features import Features
from ..settings import Settings
from .finding import Finding

_LOCK_S = 30.0


def bundle(settings: Settings, features: Features) -> Iterator[Finding]:
    """Hold the bundle, if there is one, against features.yaml and config.yaml."""
    folder = settings.paths.bundle
    if not folder.exists():
        return
    try:
        found = read_bundle(folder)
    except ProjectError as error:
        yield Finding("wrong", "bundle", str(error))
        return
    if changed := _changed(features, found.schema):
        yield Finding(
            "look",
            "bundle",
            f"{folder} was trained before features.yaml was changed ({changed}), and is served as "
            "it is: `make train`.",
        )
    elif found.metadata.name != settings.model.name:
        yield Finding(
            "look",
            "bundle",
            f"{folder} is of the model '{found.metadata.name}', and config.yaml has "
            f"model.name '{settings.model.name}': `make train`.",
        )
    else:
        said = f"{folder} is whole: version {found.metadata.version}, by this features.yaml"
        yield Finding("fine", "bundle", said)


def _changed(features: Features, schema: Schema) -> str:
    """Say what features.yaml says otherwise than the bundle; nothing where they agree."""
    if (features.task, features.target, features.id) != (schema.task, schema.target, schema.id):
        return "task, target or id"
    before = {feature.name: feature for feature in schema.features}
    for feature in features.features:
        if feature.name not in before:
            return f"'{feature.name}' is new"
        for key in ("type", "unit", "min", "max", "optional", "leaks"):
            if getattr(feature, key) != getattr(before[feature.name], key):
                return f"{key} of '{feature.name}'"
        if feature.labels is not None and feature.labels != before[feature.name].labels:
            return f"labels of '{feature.name}'"
    gone = sorted(before.keys() - {feature.name for feature in features.features})
    return f"'{gone[0]}' is gone" if gone else ""


def chart() -> Iterator[Finding]:
    """Hold the chart's generated files against the settings, where the project has a chart."""
    try:
        folder = chart_folder()
    except ProjectError:
        return
    texts = {name: folder / name for name in generated()}
    stale = [
        str(texts[name])
        for name, text in generated().items()
        if not texts[name].is_file() or texts[name].read_text("utf-8") != text
    ]
    if stale:
        said = f"{', '.join(stale)} are not what config.yaml's settings make: `make chart-values`."
        yield Finding("look", "chart", said)
    else:
        yield Finding("fine", "chart", f"{folder} has the settings' defaults")


def lock() -> Iterator[Finding]:
    """See that uv.lock fits pyproject.toml."""
    if not Path("uv.lock").is_file():
        yield Finding("look", "lock", "There is no uv.lock: `make setup` writes one; commit it.")
        return
    uv = shutil.which("uv") or shutil.which(".uv/bin/uv")
    if uv is None:
        return
    try:
        done = subprocess.run(  # noqa: S603
            [uv, "lock", "--check", "--offline", "--quiet"],
            capture_output=True,
            text=True,
            timeout=_LOCK_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return
    if not done.returncode:
        yield Finding("fine", "lock", "uv.lock fits pyproject.toml")
    elif "needs to be updated" in done.stderr:
        said = "uv.lock does not fit pyproject.toml, and no image could be built: `make lock`."
        yield Finding("wrong", "lock", said)
