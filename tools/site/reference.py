"""Reference pages, made from the code that they are about."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from model_runtime.bundle.metadata import Data, Metadata, Parity, SelfTest
from model_runtime.bundle.reference import Reference
from model_runtime.bundle.schema import Schema
from model_runtime.delivery.meanings import meanings
from model_runtime.delivery.values_page import values_page
from model_runtime.features import Answer, Feature, Features
from model_runtime.features.feature import RULES
from model_runtime.monitoring.gauges import GAUGES, OF_ALL
from model_runtime.serving.metrics import Metrics
from model_runtime.settings import Settings
from pydantic import BaseModel

from tools.examples import ROOT, bake

from .api import public_api
from .tables import fields, leaves, table

PARTS = ("github_actions", "jenkins_controller", "monitoring", "ansible", "azure")
"""Questions whose answer adds targets and settings."""

BUNDLE: dict[str, type[BaseModel]] = {
    "metadata.json": Metadata,
    "metadata.json: parity": Parity,
    "metadata.json: self_test": SelfTest,
    "metadata.json: data": Data,
    "schema.json": Schema,
    "reference.json": Reference,
}
"""The files of a bundle, and parts of them, and the types that read and write them."""


def pages() -> dict[str, str]:
    """Return the pages' Markdown by their places in the site."""
    with tempfile.TemporaryDirectory() as folder:
        project = bake(dict.fromkeys(PARTS, "yes") | {"project_name": "Shop"}, Path(folder))
        config = (project / "config.yaml").read_text("utf-8")
        makefile = (project / "Makefile").read_text("utf-8")
        features = next(project.glob("src/*/use_case/features.yaml")).read_text("utf-8")
    return {
        "reference/settings.md": _settings(config),
        "reference/features.md": _features(features),
        "reference/make.md": _make(makefile),
        "reference/metrics.md": _metrics(),
        "reference/bundle.md": _bundle(),
        "reference/api.md": public_api(),
    }


_SETTINGS = """# Settings

Made from `config.yaml` and its types. A variable in the environment overrides a setting: for a
package called `shop`, `SHOP_SERVING__PORT=9000` is `serving.port`. The chart reads the file alone.
A key that nobody knows is refused.

"""


def _settings(config: str) -> str:
    listed = values_page(meanings(config, Settings), set(leaves(Settings)))
    return _SETTINGS + listed[listed.index("## ") :]


_FEATURES = """# features.yaml

Made from its types. A key that isn't here is refused, and so is a value that doesn't fit.
"""


def _features(file: str) -> str:
    (comment,) = re.findall(r"\A((?:#.*\n)+)", file)
    takes = [(f"`{name}`", _listed(sorted(rule.takes))) for name, rule in RULES.items()]
    return _page(
        _FEATURES,
        *("## The file", table(fields(Features))),
        *("## The answer", table(fields(Answer))),
        *("## A feature", table(fields(Feature))),
        *("What they mean, as each project's own file says:", f"```yaml\n{comment}```"),
        *("## Keys that a type takes", table([("type", "keys"), *takes])),
    )


_MAKE = """# make targets

Made from the Makefiles; `make help` shows the same. Parts that were not asked for have none.
"""


def _make(makefile: str) -> str:
    parts = [
        part
        for section, targets in _sections(makefile)
        for part in (f"### {section}", table([("target", "does"), *targets]))
    ]
    ((_, own),) = _sections((ROOT / "Makefile").read_text("utf-8"))
    ours = table([("target", "does"), *own])
    return _page(_MAKE, "## In a project", *parts, "## In the template", ours)


def _sections(makefile: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for part in re.split(r"(?m)^##@ ", makefile):
        if found := re.findall(r"(?m)^([a-z][a-z-]*):.*?## (.*)$", part):
            yield part.splitlines()[0], [(f"`{name}`", _coded(text)) for name, text in found]


def _coded(text: str) -> str:
    """Return a target's help with its variables as code."""
    return re.sub(r"\[[^\]]*\]|(?<![\w\[])[A-Z_]+=\S*[^\s,.:;]", r"`\g<0>`", text)


_METRICS = """# Metrics

Made from the code that counts. Counters end with `_total`, histograms with `_bucket`, `_sum` and
`_count`.
"""


def _metrics() -> str:
    served = [
        (f"`{metric.name}`", metric.type, metric.documentation)
        for metric in Metrics().registry.collect()
    ]
    pushed = [
        (f"`{name}`", _listed([*OF_ALL, *labels]), meaning)
        for name, (meaning, labels) in GAUGES.items()
    ]
    return _page(
        _METRICS,
        *("## Of the service, at `/metrics`", table([("metric", "kind", "meaning"), *served])),
        "## Of `make performance` and `make drift`, by `GAUGES=…`",
        table([("gauge", "labels", "meaning"), *pushed]),
    )


_BUNDLE = """# The bundle

Made from the types that read and write it. A bundle is a folder, `model_bin/`: `metadata.json`, the
model as `model.onnx` or `model.skops`, `schema.json`, `reference.json`, and for other readers
`lookup.json`, each feature's labels and their codes, and `flags.json`, each flag's column. When it
is read, the hash of each file is compared with that in the metadata, and their digest with theirs.
"""


def _bundle() -> str:
    parts = [
        part
        for name, model in BUNDLE.items()
        for part in (f"## {name}", (model.__doc__ or "").splitlines()[0], table(fields(model)))
    ]
    return _page(_BUNDLE, *parts)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _page(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts) + "\n"
