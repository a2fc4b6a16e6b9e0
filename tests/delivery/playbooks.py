"""Playbooks of a project, run on a local connection."""

import json
import os
import re
import subprocess
from pathlib import Path

from .pipeline_tools import ansible

GROUPS = ("targets", "containers")


def play(folder: Path, playbook: str, *options: str, path: str = "") -> str:
    """Run a playbook on this very machine, and return what it showed.

    Args:
        folder: A copy of a project's `deploy/ansible`.
        playbook: Its name.
        options: Of ansible-playbook.
        path: Folders of programs that go before those of this machine.
    """
    done = started(folder, playbook, *options, path=path)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def started(
    folder: Path, playbook: str, *options: str, path: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a playbook likewise, whatever comes of it."""
    with begun(folder, playbook, *options, path=path) as process:
        output, errors = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def begun(folder: Path, playbook: str, *options: str, path: str = "") -> subprocess.Popen[str]:
    """Start a playbook likewise, in a process group of its own, without waiting for its end."""
    here = {"connection": "local", "become": False}
    here["python_interpreter"] = "{{ ansible_playbook_python }}"
    variables = {f"ansible_{name}": value for name, value in here.items()}
    inventory = {group: {"hosts": {"here": variables}} for group in GROUPS}
    (folder / "inventory.yml").write_text(json.dumps(inventory))
    return subprocess.Popen(
        [str(ansible() / "ansible-playbook"), f"{playbook}.yml", *options],
        cwd=folder,
        env=os.environ
        | {"PATH": f"{path}{os.pathsep}{ansible()}{os.pathsep}{os.environ['PATH']}"}
        | {"ANSIBLE_CONFIG": "ansible.cfg", "ANSIBLE_HOME": str(folder.parent / ".ansible")}
        | {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_GATHERING": "explicit", "LC_ALL": "C.UTF-8"}
        | {"ANSIBLE_PIPELINING": "1"},  # one process for a task, where it would be several
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def changed(shown: str) -> int:
    """Return how many tasks of a play changed something, or would."""
    (count,) = re.findall(r"changed=(\d+) ", shown)
    return int(count)


def encrypted(folder: Path, vault: str) -> tuple[str, str]:
    """Put an encrypted vault beside a project's playbooks, and return the options to open it."""
    file = folder / "group_vars" / "all" / "vault.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(vault)
    password = folder.parent / "password"
    password.write_text("of the vault")
    options = ("--vault-password-file", str(password))
    command = [*map(str, (ansible() / "ansible-vault", "encrypt", *options, file))]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, capture_output=True)
    assert file.read_text().startswith("$ANSIBLE_VAULT")
    return options


def program(folder: Path, name: str, script: str) -> Path:
    """Put a script that stands for a program into a folder, and return that."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/bash\n{script}\n")
    (folder / name).chmod(0o755)
    return folder
