"""The functions of ARM's expressions that the templates use, as Microsoft's reference says."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

from .expressions import TemplateError

GUIDS = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
"""The namespace of ARM's own `guid`; what it hashes besides isn't published."""


def concat(*parts: Any) -> Any:
    """Join texts, or arrays."""
    if all(isinstance(part, list) for part in parts):
        return [each for part in parts for each in part]
    return "".join(_text("concat", part) for part in parts)


def unique_string(*parts: str) -> str:
    """Make 13 letters and digits of texts: another hash than ARM's, of the same form."""
    digest = hashlib.sha256("-".join(parts).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:13]


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(GUIDS, "-".join(_text("guid", part) for part in parts)))


def _text(function: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TemplateError(f"{function}: {value!r} is no text")


def _string(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _create_object(*parts: Any) -> dict[str, Any]:
    if len(parts) % 2:
        raise TemplateError("createObject: a key has no value")
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _resource_id(group: str) -> Callable[..., str]:
    def resource_id(kind: str, *names: str) -> str:
        return f"{group}/providers/{typed(kind, names)}"

    return resource_id


def typed(kind: str, names: tuple[str, ...]) -> str:
    """Return the end of an id: each type with its name.

    Raises:
        TemplateError: There are more names than types, or less.
    """
    namespace, *types = kind.split("/")
    if len(types) != len(names):
        raise TemplateError(f"{kind} takes {len(types)} names, not {list(names)}")
    pairs = zip(types, names, strict=True)
    return "/".join([namespace, *(part for pair in pairs for part in pair)])


def _bool(function: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TemplateError(f"{function}: {value!r} is neither true nor false")
    return value


def functions(group: str, location: str, tenant: str) -> dict[str, Callable[..., Any]]:
    """Return the functions for a deployment to a resource group, by their names in lower case."""
    subscription = "/".join(group.split("/")[:3])
    of_group = {"id": group, "name": group.rsplit("/", 1)[1], "location": location}
    of_subscription = {
        "id": subscription,
        "subscriptionId": subscription.rsplit("/", 1)[1],
        "tenantId": tenant,
    }
    return {
        "concat": concat,
        "createarray": lambda *values: list(values),
        "createobject": _create_object,
        "empty": lambda value: not value,
        "equals": lambda one, other: one == other,
        "guid": _guid,
        "json": json.loads,
        "length": len,
        "not": lambda value: not _bool("not", value),
        "replace": lambda text, old, new: text.replace(old, new),
        "resourcegroup": lambda: of_group,
        "resourceid": _resource_id(group),
        "string": _string,
        "subscription": lambda: of_subscription,
        "subscriptionresourceid": _resource_id(subscription),
        "take": lambda value, count: value[:count],
        "tolower": lambda text: text.lower(),
        "uniquestring": unique_string,
    }
