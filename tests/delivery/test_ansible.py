"""The playbooks, executed on a local connection with stand-ins for what they install."""

import json
import os
import re
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest
import yaml

from .control_plane.api import Object
from .control_plane.cluster import Cluster
from .pipeline_tools import ansible


def play(folder: Path, playbook: str, *options: str, path: str = "") -> str:
    """Run a playbook on this very machine, and return what it showed."""
    here = {"connection": "local", "become": False}
    here["python_interpreter"] = "{{ ansible_playbook_python }}"
    variables = {f"ansible_{name}": value for name, value in here.items()}
    inventory = {"targets": {"hosts": {"here": variables}}}
    (folder / "inventory.yml").write_text(json.dumps(inventory))
    done = subprocess.run(
        [str(ansible() / "ansible-playbook"), f"{playbook}.yml", *options],
        cwd=folder,
        env=os.environ
        | {"PATH": f"{path}{os.pathsep}{ansible()}{os.pathsep}{os.environ['PATH']}"}
        | {"ANSIBLE_CONFIG": "ansible.cfg", "ANSIBLE_HOME": str(folder.parent / ".ansible")}
        | {"ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"}
        | {"ANSIBLE_PIPELINING": "1"},  # one process for a task, where it would be several
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/bash\n{script}\n")
    (folder / name).chmod(0o755)
    return folder


def test_playbooks_pass_ansible_lint(project: Path) -> None:
    """Checks of style and, by Ansible itself, of syntax, which ansible-lint runs first."""
    command = [ansible() / "ansible-lint", "--offline", "--profile", "production", "deploy/ansible"]
    done = subprocess.run(
        [*map(str, command)],
        cwd=project,
        env=os.environ | {"PATH": f"{ansible()}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_an_inventory_nothing_done_is_no_success(project: Path) -> None:
    assert not (project / "deploy" / "ansible" / "inventory.yml").exists()
    done = subprocess.run(
        [str(ansible() / "ansible-playbook"), "deploy/ansible/host.yml"],
        cwd=project,
        env=os.environ | {"ANSIBLE_CONFIG": "deploy/ansible/ansible.cfg", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0, done.stdout
    assert "deploy/ansible/inventory.yml" in done.stderr and "No inventory" in done.stderr


MICROK8S = """
echo "$*" >> {log}
case "$1" in
  status) sed 's,.*,core/&: enabled,' {addons} ;;
  enable) echo "$2" >> {addons} ;;
  config) echo 'server: https://10.0.0.1:16443'; echo 'token: not-for-the-log' ;;
esac
"""


def test_a_host_that_is_ready_is_left_as_it_is(project: Path, tmp_path: Path) -> None:
    log, addons = tmp_path / "log", tmp_path / "addons"
    addons.touch()
    stub = program(tmp_path / "bin", "microk8s", MICROK8S.format(log=log, addons=addons))
    template = tmp_path / "csr.conf.template"
    template.write_text("DNS.1 = kubernetes\n#MOREIPS\n")
    folder = shutil.copytree(project / "deploy" / "ansible", tmp_path / "deploy" / "ansible")
    variables = f"microk8s_certificates={tmp_path} api_address=target.example.org"
    options = ("--tags", "cluster,kubeconfig", "-e", variables)

    first = play(folder, "host", *options, path=str(stub))
    asked = log.read_text().split("\n")
    kubeconfig = folder / "kubeconfig-here"
    assert kubeconfig.read_text().startswith("server: https://target.example.org:16443\n")
    assert kubeconfig.stat().st_mode & 0o777 == 0o600
    assert "not-for-the-log" not in first
    assert "DNS.99 = target.example.org\n#MOREIPS" in template.read_text()
    assert "refresh-certs --cert server.crt" in asked
    wanted = yaml.safe_load((folder / "group_vars/targets/vars.yml").read_text("utf-8"))
    assert addons.read_text().split() == wanted["microk8s_addons"]

    second = play(folder, "host", *options, path=str(stub))
    assert re.search(r"changed=0 ", second), second


@pytest.mark.parametrize(("difference", "deployed"), [("Nothing would change.", 0), ("-1 +2", 1)])
def test_the_chart_is_deployed_where_something_would_change(
    project: Path, tmp_path: Path, difference: str, deployed: int
) -> None:
    folder = shutil.copytree(project / "deploy" / "ansible", tmp_path / "deploy" / "ansible")
    shutil.copy(project / "config.yaml", tmp_path)
    log = tmp_path / "log"
    targets = f'echo "$KUBECONFIG ${{@: -1}}" >> {log}; echo "{difference}"'
    shown = play(folder, "deploy", path=str(program(tmp_path / "bin", "make", targets)))
    kubeconfig = folder / "kubeconfig-here"
    expected = [f"{kubeconfig} diff", f"{kubeconfig} deploy"][: 1 + deployed]
    assert log.read_text().splitlines() == expected
    assert f"changed={deployed} " in shown


VAULT = """
vault_admin_token: token-of-the-vault
vault_api_keys: {keys: line-of-the-vault, api-key: key-of-the-vault}
vault_registry: {MLFLOW_TRACKING_PASSWORD: word-of-the-vault}
vault_pull: {server: registry.example.org, username: me, password: pull-of-the-vault}
"""


def test_secrets_come_from_the_vault_into_the_cluster(
    project: Path, tmp_path: Path, there: Cluster
) -> None:
    folder = shutil.copytree(project / "deploy" / "ansible", tmp_path / "deploy" / "ansible")
    config = yaml.safe_load((project / "config.yaml").read_text("utf-8"))
    names = {
        "admin_token": "service-admin",
        "api_keys": "service-keys",
        "registry": "tracking",
        "pull": "images",
    }
    config["deployment"] |= {"namespace": there.namespace, "secrets": names}
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    (folder / "group_vars" / "targets" / "vault.yml").write_text(VAULT)
    (tmp_path / "password").write_text("of the vault")
    vault = ["encrypt", "--vault-password-file", str(tmp_path / "password")]
    encrypted = folder / "group_vars" / "targets" / "vault.yml"
    encrypt = [*map(str, (ansible() / "ansible-vault", *vault, encrypted))]
    subprocess.run(encrypt, stdin=subprocess.DEVNULL, check=True)
    assert "token" not in encrypted.read_text()

    shutil.copy(there.kubeconfig, folder / "kubeconfig-here")
    options = ("--tags", "secrets", *vault[1:], "-vv")
    first = play(folder, "deploy", *options)
    secrets = {name: content(there.get("Secret", name)) for name in names.values()}
    assert secrets["service-admin"] == {"admin-token": "token-of-the-vault"}
    assert set(secrets["service-keys"]) == {"keys", "api-key"}
    assert "MLFLOW_TRACKING_PASSWORD" in secrets["tracking"]
    pull = json.loads(secrets["images"][".dockerconfigjson"])
    assert pull["auths"]["registry.example.org"]["password"] == "pull-of-the-vault"
    assert "of-the-vault" not in first
    second = play(folder, "deploy", *options)
    assert re.search(r"changed=0 ", second), second


def content(secret: Object) -> dict[str, str]:
    return {key: b64decode(value).decode() for key, value in secret["data"].items()}


def test_no_file_of_ansible_holds_a_password(project: Path) -> None:
    file = project / "deploy" / "ansible" / "vault.sample.yml"
    sample = yaml.safe_load(file.read_text("utf-8"))
    assert not any(sample[f"vault_{name}"] for name in ("admin_token", "api_keys", "registry"))
    assert not any(sample["vault_pull"].values())
    ignored = (project / ".gitignore").read_text("utf-8").splitlines()
    assert {"/deploy/ansible/inventory.yml", "/deploy/ansible/kubeconfig-*"} <= set(ignored)
