"""The runtime of a model service: training, proof, registry, scoring and serving.

A project's own files import from here what `__all__` names, and nothing from the parts below: these
names stay, or keep working with a warning for one minor version, while the parts may change.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any
from warnings import warn

if TYPE_CHECKING:
    from .automl import search as search
    from .cluster import spread as spread
    from .downloads import download as download
    from .errors import ProjectError as ProjectError
    from .features import Feature as Feature
    from .features import Features as Features
    from .hooks import BaseDataLoader as BaseDataLoader
    from .preprocessing import BasePreprocessor as BasePreprocessor
    from .scoring.loaded import load_model as load_model
    from .tables.read import read_table as read_table
    from .training.parts import Parts as Parts
    from .training.parts import fit_in_parts as fit_in_parts
    from .training.records import record_figure as record_figure
    from .training.records import record_metric as record_metric

__version__ = "0.2.0"

_PLACES = {
    "BaseDataLoader": "hooks",
    "BasePreprocessor": "preprocessing",
    "Feature": "features",
    "Features": "features",
    "Parts": "training.parts",
    "ProjectError": "errors",
    "download": "downloads",
    "fit_in_parts": "training.parts",
    "load_model": "scoring.loaded",
    "record_figure": "training.records",
    "record_metric": "training.records",
    "read_table": "tables.read",
    "search": "automl",
    "spread": "cluster",
}
"""The part that each public name is in: it is imported when the name is first asked for."""

__all__ = [*_PLACES, "__version__"]

_RENAMED: dict[str, tuple[str, str]] = {}
"""Old public names: the new one, and the minor version in which the old one ends."""


def __getattr__(name: str) -> Any:
    """Import a public name from its part: serving loads nothing that only training needs.

    Raises:
        AttributeError: There is no such name.
    """
    if name in _RENAMED:
        new, end = _RENAMED[name]
        warn(
            f"model_runtime.{name} is {new} now; the old name ends with {end}",
            FutureWarning,
            stacklevel=2,
        )
        name = new
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_PLACES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
