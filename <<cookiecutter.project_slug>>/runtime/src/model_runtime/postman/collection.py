"""Write the collection in Postman's format, v2.1.

The format: https://schema.getpostman.com/collection/json/v2.1.0/draft-07/docs/index.html
"""

import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..api_key import HEADER
from ..bundle.read import Bundle
from ..contract.routes import prediction_routes
from ..explanation.route import explain_route
from ..files import replacing_file
from ..settings import Settings
from .accepted import accepted, explained
from .cases import Case, readings
from .refused import keyless, refused

FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_BASE = "{{baseUrl}}"
_KEY = "api_key"
"""The variable with the API key; while it is empty, an empty one is sent."""


def collection(bundle: Bundle, settings: Settings) -> dict[str, Any]:
    """Return the collection of a bundle; the same bundle and settings give the same."""
    metadata, serving = bundle.metadata, settings.serving
    routes = prediction_routes(bundle.schema, serving.max_rows, serving.score_as_text)
    folders = {
        "What the service says of itself": readings(bundle, serving),
        "What it predicts": accepted(bundle, routes, serving.max_rows),
    }
    one, *lists = routes
    singles = [one]
    if serving.explain:
        explain = explain_route(bundle, one.request, settings.paths.bundle)
        folders["What it explains"] = explained(bundle.schema, explain)
        singles.append(explain)
    folders["What it refuses"] = refused(bundle.schema, singles, lists)
    if serving.api_keys.on and "predictions" in serving.api_keys.guard:
        folders["What it asks for a key"] = keyless(bundle.schema, [*singles, *lists])
    return {
        "info": {
            "_postman_id": _id(metadata.name),
            "name": metadata.name,
            "description": f"Made from the bundle of version {metadata.version}.",
            "schema": FORMAT,
        },
        "item": [
            {"name": name, "item": [_item(case) for case in cases]}
            for name, cases in folders.items()
        ],
        "auth": _auth("apikey", key=HEADER, value=f"{{{{{_KEY}}}}}", **{"in": "header"}),
        "variable": [
            {"key": "baseUrl", "value": f"http://127.0.0.1:{serving.port}"},
            {"key": _KEY, "value": ""},
        ],
    }


def _item(case: Case) -> dict[str, Any]:
    script = {"type": "text/javascript", "exec": case.tests}
    return {
        "id": _id(case.name),
        "name": case.name,
        "event": [{"listen": "test", "script": script}],
        "request": _request(case),
        "response": [],
    }


def _request(case: Case) -> dict[str, Any]:
    body = {"mode": "raw", "raw": case.body, "options": {"raw": {"language": "json"}}}
    return {
        "method": "GET" if case.body is None else "POST",
        "header": [{"key": key, "value": value} for key, value in case.headers.items()],
        **({} if case.body is None else {"body": body}),
        **({} if case.has_key else {"auth": _auth("noauth")}),
        "url": {
            "raw": f"{_BASE}{case.path}",
            "host": [_BASE],
            "path": case.path.removeprefix("/").split("/"),
        },
    }


def _auth(kind: str, **values: str) -> dict[str, Any]:
    pairs = [{"key": key, "value": value, "type": "string"} for key, value in values.items()]
    return {"type": kind, **({kind: pairs} if pairs else {})}


def _id(name: str) -> str:
    """Return the same identifier for the same name, so that Postman finds a request again."""
    return str(uuid5(NAMESPACE_URL, name))


def write_collection(bundle: Bundle, settings: Settings, file: Path) -> int:
    """Write the collection to a file: whole or not at all.

    Returns:
        How many requests it has.

    Raises:
        ProjectError: The file can't be written, or another process is writing it.
    """
    made = collection(bundle, settings)
    text = json.dumps(made, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with replacing_file(file) as new:
        new.write_text(text, "utf-8")
    return sum(len(folder["item"]) for folder in made["item"])
