"""The programs of a container host, as far as the playbook and Quadlet's units use them."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from hashlib import sha256
from pathlib import Path

HOST = Path(os.environ["HOST"])
CONTAINER = HOST / "container.json"
GENERATED = HOST / "generated"


def entry(place: str, name: str) -> Path:
    return HOST / place / sha256(name.encode()).hexdigest()


def podman(words: list[str]) -> int:
    with (HOST / "log").open("a") as log:
        log.write(f"{shlex.join(words)}\n")
    command, *rest = words
    if command == "--version":
        print("podman version 5.4.2")
    elif command == "image":  # inspect
        if not (found := entry("store", rest[-1])).exists():
            print(f"Error: no such image {rest[-1]}", file=sys.stderr)
            return 125
        print(json.loads(found.read_text())["id"])
    elif command == "login":
        Path(rest[rest.index("--authfile") + 1]).write_text(sys.stdin.read().strip())
    elif command == "pull":
        return pull(rest)
    elif command == "ps":
        if runs() and f"label={runs()['label']}" == rest[-1]:
            print("0123456789ab")
    elif command == "run":
        return run(rest)
    elif command == "rm":
        end()
    return 0


def pull(words: list[str]) -> int:
    name = words[-1]
    if (password := HOST / "password").exists():
        file = words[words.index("--authfile") + 1]
        if Path(file).read_text() != password.read_text():
            return 125
    found = entry("registry", name)
    if not found.exists():
        print(f"Error: {name}: manifest unknown", file=sys.stderr)
        return 125
    identity = json.loads(found.read_text())["id"]
    (HOST / "store").mkdir(exist_ok=True)
    for each in (name, identity):
        entry("store", each).write_text(found.read_text())
    print(identity)
    return 0


def runs() -> dict[str, object]:
    if not CONTAINER.exists():
        return {}
    container = dict(json.loads(CONTAINER.read_text()))
    try:
        state = Path(f"/proc/{container['pid']}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return {}
    return {} if state == "Z" else container


def run(words: list[str]) -> int:
    parser = ArgumentParser()
    for option in ("--name", "--network", "--user", "--env-file", "--label", "-v"):
        parser.add_argument(option)
    known, rest = parser.parse_known_args(words)
    image = json.loads(entry("store", rest[-1]).read_text())
    lines = Path(known.env_file).read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line)
    source, target, _ = known.v.split(":")
    here = {name: value.replace(target, source) for name, value in given.items()}
    project = Path(image["project"])
    with (HOST / "service.log").open("ab") as output:
        process = subprocess.Popen(
            [project / ".venv/bin/python", "-m", "model_runtime.serving"],
            cwd=project,
            env=os.environ | {"PYTHONPATH": str(project / "src")} | image["environment"] | here,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    about = {"pid": process.pid, "label": known.label, "image": rest[-1], "words": words}
    CONTAINER.with_suffix(".new").write_text(json.dumps(about))
    CONTAINER.with_suffix(".new").replace(CONTAINER)
    return 0


def end() -> None:
    if container := runs():
        os.kill(int(str(container["pid"])), signal.SIGTERM)
        while runs():
            time.sleep(0.05)
    CONTAINER.unlink(missing_ok=True)


def systemctl(words: list[str]) -> int:
    command, *rest = words
    unit = GENERATED / rest[0].strip("'") if rest else GENERATED
    if command == "daemon-reload":
        GENERATED.mkdir(exist_ok=True)
        for file in GENERATED.glob("*.service"):
            file.unlink()
        own = os.environ | {"QUADLET_UNIT_DIRS": str(HOST / "units")}
        own["PODMAN"] = str(HOST / "bin" / "podman")
        return subprocess.run(
            [os.environ["QUADLET"], "-no-kmsg-log", str(GENERATED)], env=own, check=False
        ).returncode
    if command == "show":
        print(f"LoadState={'loaded' if unit.exists() else 'not-found'}")
        print(f"ActiveState={'active' if runs() else 'inactive'}")
        return 0
    if command == "is-active":
        return 0 if runs() else 3
    if command in ("stop", "restart") and runs():
        podman(service(unit, "ExecStop"))
    if command in ("start", "restart"):
        return podman(service(unit, "ExecStart"))
    return 0


def service(unit: Path, key: str) -> list[str]:
    """Return the words of a command in a unit, as systemd takes them apart."""
    (line,) = (each for each in unit.read_text().splitlines() if each.startswith(f"{key}="))
    words = shlex.split(line.partition("=")[2].replace("\\x20", " "))
    assert words[0].endswith("/podman"), words
    return words[1:]


if __name__ == "__main__":
    PROGRAMS = {"podman": podman, "systemctl": systemctl}
    sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:]))
