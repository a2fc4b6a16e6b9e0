"""Checkov's rules on the templates: each one that they break has its answer here."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.azure.arm_template.check import GROUP, TENANT
from tests.azure.arm_template.providers import added
from tests.azure.arm_template.template import Template
from tests.azure.templates import FEW, read

CHECKOV = "checkov==3.3.30"

_NO_NETWORK = (
    "laptops, pipelines and clients come by the internet; who comes has to sign in, for no key of "
    "an account works. A network of one's own costs more each month than all of this at rest."
)
ANSWERS = {
    "CKV_AZURE_35": _NO_NETWORK,
    "CKV_AZURE_109": _NO_NETWORK,
    "CKV_AZURE_139": _NO_NETWORK,
    "CKV_AZURE_163": "scanning is Defender's, bought for the subscription; `make audit` looks.",
    "CKV_AZURE_166": "quarantine is for registries that a scanner of the owner's releases from.",
    "CKV_AZURE_189": _NO_NETWORK,
    "CKV_AZURE_206": "data and bundles can be uploaded and trained again: one region has to do.",
    "CKV_AZURE_243": _NO_NETWORK,
    "CKV2_AZURE_49": _NO_NETWORK,
}
"""Reasons by the rules' ids."""


@pytest.mark.slow
def test_each_finding_of_checkov_has_an_answer(tmp_path: Path) -> None:
    """By templates as Azure gets them: Checkov knows no symbolic names."""
    for file, cases in FEW.items():
        for index, values in enumerate(cases):
            text = json.dumps(_evaluated(read(file), values))
            (tmp_path / f"{index}-{file}").write_text(text, "utf-8")
    words = ["--quiet", "--compact", "--framework", "arm", "--output", "json", "--directory"]
    done = subprocess.run(
        ["uv", "tool", "run", "--from", CHECKOV, "checkov", *words, str(tmp_path)],
        env=os.environ | {"BC_SKIP_MAPPING": "TRUE"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    failed = {each["check_id"] for each in found["results"]["failed_checks"]}
    assert failed == ANSWERS.keys()
    assert found["summary"]["passed"] > 10
    assert found["summary"]["parsing_errors"] == 0


def _evaluated(raw: Any, values: Any) -> dict[str, Any]:
    template = Template(raw, GROUP, "westeurope", TENANT, values, added)
    resources = [
        {
            "type": each.type,
            "apiVersion": each.version,
            "name": each.id.rsplit("/", 1)[1],
            **each.body,
        }
        for each in template.wanted()
    ]
    return {"$schema": raw["$schema"], "contentVersion": "1.0.0.0", "resources": resources}
