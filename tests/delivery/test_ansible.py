"""The playbooks as a whole, and that of MicroK8s with a stand-in for what it installs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from .pipeline_tools import ansible
from .playbooks import changed, play, program, started


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


UFW = """
echo "$*" >> {log}
case "$1" in
  --version) echo 'ufw 0.36.2' ;;
  status) echo 'Status: inactive' ;;
esac
"""


def test_a_host_that_is_ready_is_left_as_it_is(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50022 192.0.2.1 2222")
    log, addons, firewall = tmp_path / "log", tmp_path / "addons", tmp_path / "firewall"
    addons.touch()
    stub = program(tmp_path / "bin", "microk8s", MICROK8S.format(log=log, addons=addons))
    program(stub, "ufw", UFW.format(log=firewall))
    template = tmp_path / "csr.conf.template"
    template.write_text("DNS.1 = kubernetes\n#MOREIPS\n")
    folder = shutil.copytree(project / "deploy" / "ansible", tmp_path / "deploy" / "ansible")
    variables = f"microk8s_certificates={tmp_path} api_address=target.example.org"
    options = ("--tags", "cluster,kubeconfig", "-e", variables)

    foretold = play(folder, "host", "--check", *options, path=str(stub))
    assert changed(foretold) == 3, foretold  # addons, certificate, kubeconfig
    assert not addons.read_text() and not (folder / "kubeconfig-here").exists()
    first = play(folder, "host", *options, "--tags", "firewall", path=str(stub))
    rules = [line for line in firewall.read_text().splitlines() if "limit" in line]
    assert rules == ["limit from any to any port 2222 proto tcp"]
    asked = log.read_text().split("\n")
    kubeconfig = folder / "kubeconfig-here"
    assert kubeconfig.read_text().startswith("server: https://target.example.org:16443\n")
    assert kubeconfig.stat().st_mode & 0o777 == 0o600
    assert "not-for-the-log" not in first
    assert "DNS.99 = target.example.org\n#MOREIPS" in template.read_text()
    assert "refresh-certs --cert server.crt" in asked
    wanted = yaml.safe_load((folder / "group_vars/targets/vars.yml").read_text("utf-8"))
    assert addons.read_text().split() == wanted["microk8s_addons"]

    assert changed(play(folder, "host", *options, path=str(stub))) == 0


@pytest.mark.parametrize("playbook", ["host", "container"])
def test_a_check_of_a_fresh_host_ends_where_nothing_is_installed(
    project: Path, tmp_path: Path, playbook: str
) -> None:
    if shutil.which("ufw") or not shutil.which("apt-get"):
        pytest.skip("this machine is no fresh host of Debian's family")
    folder = shutil.copytree(project / "deploy" / "ansible", tmp_path / "deploy" / "ansible")
    facts = "{'ansible_facts': {'distribution': 'Ubuntu', 'pkg_mgr': 'apt'}}"
    shown = play(folder, playbook, "--check", "-e", facts)
    assert "until then a check can't tell more" in shown
    assert changed(shown) == 1  # the packages


@pytest.mark.parametrize("playbook", ["host", "container"])
def test_no_firewall_is_made_that_could_lock_people_out(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, playbook: str
) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    log = tmp_path / "firewall"
    stub = program(tmp_path / "bin", "ufw", UFW.format(log=log))
    folder = shutil.copytree(project / "deploy" / "ansible", tmp_path / "deploy" / "ansible")
    failed = started(folder, playbook, "--tags", "firewall", path=str(stub))
    assert failed.returncode != 0
    assert "The port of sshd on here can't be told" in failed.stdout
    assert not log.exists()


MADE = ("admin_token", "api_keys", "log", "registry", "telemetry")


def test_no_file_of_ansible_holds_a_password(project: Path) -> None:
    file = project / "deploy" / "ansible" / "vault.sample.yml"
    sample = yaml.safe_load(file.read_text("utf-8"))
    assert not any(sample[f"vault_{name}"] for name in MADE)
    assert not any(sample["vault_pull"].values())
    ignored = (project / ".gitignore").read_text("utf-8").splitlines()
    assert {"/deploy/ansible/inventory.yml", "/deploy/ansible/kubeconfig-*"} <= set(ignored)
