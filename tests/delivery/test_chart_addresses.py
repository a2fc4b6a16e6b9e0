"""Addresses of the chart's service: in its notes, and below its prefix."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .charts import TAG, VALUES, Manifest, one, with_values
from .control_plane.cluster import Cluster
from .helm import helm


@pytest.mark.parametrize(
    ("name", "address", "secret"),
    [
        ("http", "http://model.example.org/docs", None),
        ("cert-manager", "https://model.example.org/docs", "titanic-tls"),
        ("below", "https://model.example.org/risk/docs", "titanic-tls"),
        ("own-certificate", "https://model.example.org/docs", "cert"),
        ("every-host", "https://<the ingress>/docs", "cert"),
        ("any-host", "http://<any>.example.org/titanic/api/docs", None),
        ("nginx", "http://titanic-next.{namespace}.svc", "titanic-tls"),
        ("defaults", "http://titanic.{namespace}.svc", None),
    ],
)
def test_the_notes_name_the_address(
    titanic: Path, tmp_path: Path, there: Cluster, name: str, address: str, secret: str | None
) -> None:
    options = ["--namespace", there.namespace, "--set-string", TAG]
    options += map(str, with_values(tmp_path, VALUES[name]))
    chart = next(titanic.glob("deploy/helm/*"))
    done = helm("install", "titanic", chart, *options, cwd=titanic, kubeconfig=there.kubeconfig)
    assert done.returncode == 0, done.stderr
    assert address.format(namespace=there.namespace) in done.stdout
    if name == "defaults":
        assert not there.named("Ingress")
    else:
        (tls,) = there.named("Ingress")["titanic"]["spec"].get("tls", [{}])
        assert tls.get("secretName") == secret


def test_the_ingress_is_below_the_services_prefix(render: Callable[..., list[Manifest]]) -> None:
    for name, prefix in (("http", "/"), ("below", "/risk")):
        (path,) = one(render(VALUES[name]), "Ingress")["spec"]["rules"][0]["http"]["paths"]
        assert (path["path"], path["pathType"]) == (prefix, "Prefix")
