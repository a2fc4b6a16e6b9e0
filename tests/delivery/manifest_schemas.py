"""Print what Kubernetes' own schemas say against manifests on standard input; run by `uv run`."""

import sys
from functools import cache

import yaml

VERSIONS = 3
"""The latest minor versions that are checked."""

UNKNOWN = {"PrometheusRule", "ServiceMonitor"}
"""Kinds of others than Kubernetes."""


def main() -> None:
    """Check each manifest by each version, and strictly: unknown fields are findings too."""
    # Only what runs this has it; the tests import the figures above without.
    import kubernetes_validate  # type: ignore[import-untyped, import-not-found, unused-ignore]

    utils = kubernetes_validate.utils
    utils.schema_contents = cache(utils.schema_contents)
    manifests = [each for each in yaml.safe_load_all(sys.stdin) if each]
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
                print(f"{version}: {utils.kn(manifest)}: {path}: {error.message}")
        print(f"checked {len(known)} by {version}")


if __name__ == "__main__":
    main()
