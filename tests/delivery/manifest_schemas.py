"""Print what Kubernetes' own schemas say against manifests; run by `uv run`.

On standard input and output are JSON: the manifests as YAML, and the findings, each by its name.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache

import yaml

VERSIONS = 3
"""The latest minor versions that are checked."""

UNKNOWN = {"HTTPRoute", "PrometheusRule", "ServiceMonitor"}
"""Kinds of others than Kubernetes."""


def main() -> None:
    """Check each manifest by each version, and strictly: unknown fields are findings too."""
    texts: dict[str, str] = json.load(sys.stdin)
    json.dump({name: list(check(text)) for name, text in texts.items()}, sys.stdout)


def check(text: str) -> Iterator[str]:
    """Yield each finding, and for each version how many manifests it has checked."""
    # Only what runs this has it; the tests import the figures above without.
    import kubernetes_validate  # type: ignore[import-untyped, import-not-found, unused-ignore]

    utils = kubernetes_validate.utils
    if not hasattr(utils.schema_contents, "cache_info"):
        utils.schema_contents = cache(utils.schema_contents)
    manifests = [each for each in yaml.safe_load_all(text) if each]
    known = [each for each in manifests if each["kind"] not in UNKNOWN]
    for version in utils.all_versions()[-VERSIONS:]:
        for manifest in known:
            try:
                kubernetes_validate.validate(manifest, version, strict=True)
            except (
                kubernetes_validate.ValidationError,
                kubernetes_validate.SchemaNotFoundError,
            ) as error:
                path = ".".join(map(str, getattr(error, "path", ())))
                yield f"{version}: {utils.kn(manifest)}: {path}: {error.message}"
        yield f"checked {len(known)} by {version}"


if __name__ == "__main__":
    main()
