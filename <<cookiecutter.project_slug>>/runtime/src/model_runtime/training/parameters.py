"""Parameters of config.yaml for `train_model`."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import ProjectError
from ..misspelt import nearest
from ..place import place
from .use_case import UseCase

_Kind = inspect.Parameter
_NAMED = (_Kind.KEYWORD_ONLY, _Kind.POSITIONAL_OR_KEYWORD)


def with_parameters(use_case: UseCase, parameters: Mapping[str, Any]) -> UseCase:
    """Return a use case whose `train_model` gets `training.parameters` by their names.

    Raises:
        ProjectError: It does not take one of them.
    """
    if not parameters:
        return use_case
    function, own = use_case.train_model, 2 if use_case.features.weight is None else 3
    taken = list(inspect.signature(function).parameters.values())
    if not any(each.kind is _Kind.VAR_KEYWORD for each in taken):
        named = [each.name for each in taken[own:] if each.kind in _NAMED]
        _demand_taken(parameters, named, place(function))
    return replace(use_case, parameters=dict(parameters))


def _demand_taken(parameters: Mapping[str, Any], names: list[str], where: str) -> None:
    for name in parameters:
        if name not in names:
            near = nearest(name, names)
            known = f"it takes {', '.join(names)}" if names else "it takes none"
            hint = f"did you mean {near!r}?" if near else f"{known}, and each needs a default."
            raise ProjectError(
                f"config.yaml: training.parameters: {name!r} is no argument of train_model "
                f"({where}); {hint}"
            )
