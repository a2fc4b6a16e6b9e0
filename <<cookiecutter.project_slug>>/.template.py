"""Fetch the template that made this project, and run that version's own upgrade.

Only the fetching is here, so that an old project is upgraded by today's program.
"""

import argparse
import importlib.util
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path

RECORD = Path(".template.json")
VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def git(folder: Path, *arguments: str) -> bytes:
    """Return what git answers, or end with what it complains of."""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        sys.exit(f"git {arguments[0]} failed: {said}")
    return done.stdout


def fetch(address: str, folder: Path) -> tuple[Path, bool]:
    """Fetch a template into a folder.

    Args:
        address: A git URL, a path of a repository, bundle, zip or folder, or a zip's URL.
        folder: A new folder.

    Returns:
        A path, and whether it is a repository: else it is a folder with one version.
    """
    folder.mkdir()
    place = Path(address).expanduser()
    if address.endswith(".zip"):
        place = _unpack(address, place, folder / "zip")
    if place.exists():
        if place.is_dir() and not _is_repository(place):
            return place.resolve(), False
        address = str(place.resolve())
    git(folder, "clone", "--quiet", "--bare", "--", address, "repository")
    return folder / "repository", True


def as_repository(version: Path, folder: Path) -> Path:
    """Make a repository, with a tag, of a folder that has one version in it."""
    shutil.copytree(version, folder, symlinks=True)
    prompts = json.loads((folder / "cookiecutter.json").read_text("utf-8"))
    nobody = ("-c", "user.name=Nobody", "-c", "user.email=nobody@template.invalid")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, *nobody, "-c", "commit.gpgSign=false", "commit", "--quiet", "-m", "One version")
    git(folder, "tag", f"v{prompts.get('_template_version')}")
    return folder


def _unpack(address: str, place: Path, folder: Path) -> Path:
    content = place.read_bytes() if place.is_file() else _download(address)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)  # noqa: S202 - zipfile keeps to the folder
    files = sorted(folder.glob("**/cookiecutter.json"), key=lambda file: len(file.parts))
    if not files:
        sys.exit(f"{address} has no template in it: there is no cookiecutter.json.")
    return files[0].parent


def _is_repository(place: Path) -> bool:
    return (place / ".git").exists() or (place / "objects").is_dir()


def _download(address: str) -> bytes:
    if not address.startswith(("https://", "http://")):
        sys.exit(f"There is no file {address}.")
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - checked above
        content: bytes = answer.read()
    return content


def newest(repository: Path) -> str:
    """Return the newest version's tag; where none is tagged, the default branch."""
    tags = git(repository, "tag", "--list").decode().split()
    numbers = {
        tag: [int(part) for part in found.groups()]
        for tag in tags
        if (found := VERSION.fullmatch(tag))
    }
    return max(numbers, key=lambda tag: numbers[tag]) if numbers else "HEAD"


def extract(repository: Path, revision: str, folder: Path) -> Path:
    """Put a version's files into a folder and return it."""
    with tarfile.open(fileobj=io.BytesIO(git(repository, "archive", revision))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def run(template: Path, arguments: list[str]) -> int:
    """Run a version's own `tools/upgrade.py`, in an environment that has Cookiecutter."""
    program = template / "tools" / "upgrade.py"
    if not program.is_file():
        sys.exit(
            "That version of the template is too old to upgrade to: it has no tools/upgrade.py."
        )
    environment = {**os.environ, "PYTHONPATH": str(template), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable]
    renders = arguments[0] not in {"abort", "continue"}
    if renders and importlib.util.find_spec("cookiecutter") is None:
        command = [os.environ.get("UV", "uv"), "run", "--quiet", "--no-project", "--script"]
    command += [str(program), *arguments]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


def is_address(text: str) -> bool:
    """Say whether a text names the template for others too, as no path does."""
    return bool(re.match(r"(?!file:)[a-z+]+://|[\w.-]+@[\w.-]+:", text))


def options() -> list[str]:
    """Return what the environment, and so `make`, asks of the upgrade."""
    asked = os.environ.get
    try:
        answers = shlex.split(asked("ANSWERS", ""))
    except ValueError as error:
        sys.exit(f"ANSWERS can't be read ({error}). Write it as ANSWERS=\"task=x author='A B'\".")
    found = [f"--answer={answer}" for answer in answers]
    found += ["--dry-run"] if asked("DRY_RUN") == "1" else []
    return found + (["--no-input"] if asked("NO_INPUT") == "1" else [])


def finish(command: str) -> int:
    """Abort or continue an upgrade by the program that began it."""
    there = Path(git(Path(), "rev-parse", "--git-path", "template-upgrade").decode().strip())
    if not (there / "tools" / "upgrade.py").is_file():
        sys.exit("No upgrade is under way.")
    return run(there.resolve(), [command])


def main() -> int:
    """Upgrade this project, or compare it with the template."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=["upgrade", "abort", "continue", "check", "diff"])
    command = parser.parse_args().command
    if command in {"abort", "continue"}:
        return finish(command)
    template, earlier, to = (os.environ.get(name) or None for name in ("TEMPLATE", "FROM", "TO"))
    recorded = json.loads(RECORD.read_text("utf-8"))["template"] if RECORD.is_file() else None
    address = template or recorded
    if not address:
        sys.exit(
            "No address of the template is recorded. Say where it is: TEMPLATE=address-or-path."
        )
    with tempfile.TemporaryDirectory(prefix="template-") as name:
        scratch = Path(name)
        place, is_repository = fetch(address, scratch / "fetched")
        arguments = [command, "--project", str(Path().resolve())]
        if command == "upgrade":
            arguments += options()
        if is_repository:
            version = extract(place, to or newest(place), scratch / "version")
            arguments += ["--repository", str(place), *(["--to", to] if to else [])]
        else:
            origin = earlier or (recorded if recorded != address else None)
            if not origin:
                sys.exit(
                    f"{address} has only one version in it. Say where the one is that made "
                    "this project: FROM=address-or-path."
                )
            version = place
            repository, whole = fetch(origin, scratch / "origin")
            if not whole:
                repository = as_repository(repository, scratch / "made")
            arguments += ["--repository", str(repository), "--template", str(place)]
        if template and is_address(template):
            arguments += ["--address", template]
        return run(version, arguments)


if __name__ == "__main__":
    sys.exit(main())
