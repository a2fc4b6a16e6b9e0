"""The champion, the version that is to be served, and those that were it before.

The alias `champion` says which it is. The registered model's tag `promotions` lists, as JSON, the
versions that were champion, oldest first; what stands in it behind the present champion is what a
promotion left that was broken off, and does not count.
"""

import json

from ..errors import ProjectError
from .client import CHAMPION, Registry

_PROMOTIONS = "promotions"
_MOST = 50
"""Promotions that are remembered; a tag can't be of any length."""


def promotions(registry: Registry) -> list[int]:
    """Return the versions that were champion, the present one last."""
    with registry.speaking():
        model = registry.registered()
    if model is None or CHAMPION not in model.aliases:
        return []
    champion = int(model.aliases[CHAMPION])
    try:
        listed = [int(number) for number in json.loads(model.tags.get(_PROMOTIONS, "[]"))]
    except (TypeError, ValueError):  # edited by hand
        listed = []
    while listed and listed[-1] != champion:
        listed.pop()
    return listed or [champion]


def crown(registry: Registry, number: int) -> None:
    """Make a version the champion."""
    listed = [*promotions(registry), number][-_MOST:]
    with registry.speaking():
        registry.client.set_registered_model_tag(registry.name, _PROMOTIONS, json.dumps(listed))
        registry.client.set_registered_model_alias(registry.name, CHAMPION, str(number))


def before(registry: Registry) -> int:
    """Return the version that was champion before the present one.

    Raises:
        ProjectError: None was.
    """
    listed = promotions(registry)
    if len(listed) < 2:
        raise ProjectError(f"No version of '{registry.name}' was champion before the present one.")
    return listed[-2]


def step_back(registry: Registry) -> None:
    """Make the version before the champion the champion again."""
    listed = promotions(registry)[:-1]
    number = before(registry)
    with registry.speaking():
        registry.client.set_registered_model_alias(registry.name, CHAMPION, str(number))
        registry.client.set_registered_model_tag(registry.name, _PROMOTIONS, json.dumps(listed))
