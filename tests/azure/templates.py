"""The two templates in the skeleton, and values of their parameters that reach each part."""

import json
from typing import Any

from tests.support.files import SKELETON

FOLDER = SKELETON / "deploy" / "azure"
OPERATOR = "00000000-0000-0000-0000-0000000000aa"
NAMES = ("abc", "a-b", "iris-classifier", "a" * 30, "a0-" * 9 + "xyz")
"""The shortest and the longest that `azure.name` may be, and others."""

_SERVICE: dict[str, Any] = {
    "image": "abc.azurecr.io/iris@sha256:" + "0" * 64,
    "registryServer": "abc.azurecr.io",
    "registryName": "abcde",
    "kubeletId": OPERATOR,
    "keyVaultUri": "https://abc.vault.azure.net/",
}

CASES: dict[str, list[dict[str, Any]]] = {
    "infrastructure.json": [
        *({"name": name} for name in NAMES),
        {
            "name": "abc",
            "operatorId": OPERATOR,
            "operatorType": "ServicePrincipal",
            "recoverVault": True,
            "workbook": json.loads((FOLDER / "workbook.json").read_text()),
        },
    ],
    "service.json": [
        {"name": name, "kind": kind, "revisionSuffix": "v3-20261127-193000", **_SERVICE}
        for name in NAMES
        for kind in ("container-apps", "container-instance", "aks")
    ]
    + [
        {
            "name": "abc",
            "kind": "container-apps",
            "secrets": [{"name": "IRIS_SERVING__API_KEYS__LINES", "secret": "api-keys"}],
            "traffic": [{"revisionName": "abc--v2", "weight": 100}],
            "cpu": "2",
            "memoryGb": "4",
            **_SERVICE,
        }
    ],
}
"""By the template's file."""

FEW = {
    "infrastructure.json": CASES["infrastructure.json"][-1:],
    "service.json": [*CASES["service.json"][:3], CASES["service.json"][-1]],
}
"""Of them so many that each part of a template is reached."""


def read(file: str) -> Any:
    """Read a template anew."""
    return json.loads((FOLDER / file).read_text("utf-8"))
