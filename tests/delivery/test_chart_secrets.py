"""Secrets, which only those have who need them."""

from collections.abc import Callable
from pathlib import Path

from .charts import (
    TAG,
    VALUES,
    Manifest,
    environment,
    one,
    with_values,
)
from .helm import helm


def test_secrets_go_only_to_those_who_need_them(render: Callable[..., list[Manifest]]) -> None:
    manifests = render(VALUES["all"])
    assert "Secret" not in {each["kind"] for each in manifests}
    pod = one(manifests, "Deployment")["spec"]["template"]["spec"]
    (collector, fetcher), (service,) = pod["initContainers"], pod["containers"]
    token = {"secretKeyRef": {"name": "tokens", "key": "admin-token"}}
    assert environment(service)["TITANIC_SERVING__ADMIN_TOKEN"] == token
    assert "TITANIC_SERVING__ADMIN_TOKEN" not in environment(fetcher)
    for container in (collector, service):
        assert container["envFrom"] == [{"secretRef": {"name": "log"}}]
    assert fetcher["envFrom"] == [{"secretRef": {"name": "mlflow"}}]
    assert pod["imagePullSecrets"] == [{"name": "pull"}]


KEYS = "/etc/titanic-keys"


def test_keys_are_a_file_that_follows_the_secret(render: Callable[..., list[Manifest]]) -> None:
    manifests = render(VALUES["secret"])
    pod = one(manifests, "Deployment")["spec"]["template"]["spec"]
    (service,) = pod["containers"]
    assert environment(service)["TITANIC_SERVING__API_KEYS__FILE"] == f"{KEYS}/keys"
    (mount,) = [each for each in service["volumeMounts"] if each["name"] == "keys"]
    # With a subPath it would stay as it was when the pod started.
    assert mount == {"name": "keys", "mountPath": KEYS, "readOnly": True}
    (volume,) = [each for each in pod["volumes"] if each["name"] == "keys"]
    # The group is the pod's; the key itself stays where it is.
    expected = {"secretName": "keys", "defaultMode": 0o440}
    assert volume["secret"] == expected | {"items": [{"key": "keys", "path": "keys"}]}
    assert pod["securityContext"]["fsGroup"] == 10001
    assert "TITANIC_API_KEY" not in environment(service)


def test_the_charts_own_clients_have_a_key(render: Callable[..., list[Manifest]]) -> None:
    secret, watched = VALUES["secret"], VALUES["watched"]["deployment"]
    deployment = secret["deployment"] | watched
    manifests = render({**secret, "deployment": deployment})
    (hook,) = one(manifests, "Pod")["spec"]["containers"]
    reference = {"name": "keys", "key": "api-key"}
    assert environment(hook)["TITANIC_API_KEY"] == {"secretKeyRef": {**reference, "optional": True}}
    (endpoint,) = one(manifests, "ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["authorization"] == {"credentials": reference}
    (endpoint,) = one(render(VALUES["watched"]), "ServiceMonitor")["spec"]["endpoints"]
    assert "authorization" not in endpoint


def test_a_file_of_keys_that_no_secret_has_is_refused(titanic: Path, tmp_path: Path) -> None:
    values = with_values(tmp_path, {"serving": {"api_keys": {"file": "api-keys.txt"}}})
    chart = next(titanic.glob("deploy/helm/*"))
    done = helm("template", "titanic", chart, "--set-string", TAG, *values, cwd=titanic)
    assert done.returncode != 0
    assert "name one in deployment.secrets.api_keys" in done.stderr
