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
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path

RECORD = Path(".template.json")
VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
ABBREVIATED = {
    "gh:": "https://github.com/",
    "gl:": "https://gitlab.com/",
    "bb:": "https://bitbucket.org/",
}
"""Cookiecutter's own."""
SETTINGS = (
    *("safe.bareRepository=all", "clone.defaultRemoteName=origin", "tar.umask=0022"),
    *(f"core.attributesFile={os.devnull}", "column.ui=never", "color.ui=false"),
)
"""Git's, which are decided about here, and not by the machine or the user."""


def ask_git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, whatever it says."""
    # What a hook hands down is about its own repository, not about the one in the folder.
    handed = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
    environment = {name: value for name, value in os.environ.items() if name not in handed}
    ours = [part for setting in SETTINGS for part in ("-c", setting)]
    command = ["git", *ours, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True)  # noqa: S603


def git(folder: Path, *arguments: str) -> bytes:
    """Return what git answers, or end with what it complains of."""
    done = ask_git(folder, *arguments)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        sys.exit(f"git {arguments[0]} failed: {said}")
    return done.stdout


def plain(address: str) -> str:
    """Return an address as git takes it: Cookiecutter's and pip's may say what kind it is."""
    for short, long in ABBREVIATED.items():
        if address.startswith(short):
            return f"{long}{address.removeprefix(short)}.git"
    if address.startswith("hg+"):
        sys.exit(
            f"{address} is a repository of Mercurial's, and git does the merging. Name a git "
            "repository, a zip or a folder of the template: TEMPLATE=address-or-path."
        )
    address = address.removeprefix("git+")
    place, at, revision = address.rpartition("@")
    if at and place.endswith(".git"):
        sys.exit(f"Name the version apart from the address: TEMPLATE={place} TO={revision}")
    return address


def fetch(address: str, folder: Path) -> tuple[Path, bool]:
    """Fetch a template into a folder.

    Args:
        address: A git URL, a path of a repository, bundle, zip or folder, or a zip's URL.
        folder: A new folder.

    Returns:
        A path, and whether it is a repository: else it is a folder with one version.
    """
    folder.mkdir()
    address = plain(address)
    place = Path(address).expanduser()
    if address.lower().endswith(".zip"):
        place = _unpack(address, place, folder / "zip")
    if place.is_dir() and not _is_repository(place):
        if not (place / "cookiecutter.json").is_file():
            sys.exit(f"{address} is no template: there is no cookiecutter.json in it.")
        return place.resolve(), False
    if place.exists():
        address = str(place.resolve())
    git(folder, "clone", "--quiet", "--bare", "--", address, "repository")
    return folder / "repository", True


def _unpack(address: str, place: Path, folder: Path) -> Path:
    content = place.read_bytes() if place.is_file() else _download(address)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            file = Path(archive.extract(entry, folder))  # which keeps to the folder
            if file.is_file() and entry.external_attr >> 16 & 0o100:
                file.chmod(file.stat().st_mode | 0o111)
    files = sorted(folder.glob("**/cookiecutter.json"), key=lambda file: len(file.parts))
    if not files:
        sys.exit(f"{address} is no template: there is no cookiecutter.json in it.")
    return files[0].parent


def _is_repository(place: Path) -> bool:
    return (place / ".git").exists() or (place / "objects").is_dir()


def _download(address: str) -> bytes:
    if not address.startswith(("https://", "http://")):
        sys.exit(f"There is no file {address}.")
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - checked above
        content: bytes = answer.read()
    return content


def versions(repository: Path) -> list[str]:
    """Return the tags of versions, oldest first."""
    found = [VERSION.fullmatch(tag) for tag in git(repository, "tag", "--list").decode().split()]
    numbers = {tag[0]: [int(part) for part in tag.groups()] for tag in found if tag}
    return sorted(numbers, key=lambda tag: numbers[tag])


def extract(repository: Path, revision: str | None, folder: Path) -> Path:
    """Put a version's files, by default the newest's, into a folder and return it."""
    tags = versions(repository)
    revision = revision or (tags or ["HEAD"])[-1]
    known = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    done = ask_git(repository, *known)
    if done.returncode:
        sys.exit(
            f"The template has no version {revision!r}. "
            f"Its tagged versions: {', '.join(tags) or 'none'}."
        )
    content = git(repository, "archive", done.stdout.decode().strip())
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        # Python 3.11.2, which Debian 12 has, knows no filters.
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder)  # noqa: S202 - git keeps to the folder
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


def wanted(name: str) -> bool:
    """Say whether a variable asks for something; `0`, `no` and `false` don't."""
    return os.environ.get(name, "").lower() not in {"", "0", "no", "false"}


def options() -> list[str]:
    """Return what the environment, and so `make`, asks of the upgrade."""
    try:
        answers = shlex.split(os.environ.get("ANSWERS", ""))
    except ValueError as error:
        sys.exit(f"ANSWERS can't be read ({error}). Write it as ANSWERS=\"task=x author='A B'\".")
    found = [f"--answer={answer}" for answer in answers]
    found += ["--dry-run"] if wanted("DRY_RUN") else []
    return found + (["--no-input"] if wanted("NO_INPUT") else [])


def recorded() -> str | None:
    """Return the address that the project's record names."""
    if not RECORD.is_file():
        return None
    try:
        address: str | None = json.loads(RECORD.read_text("utf-8")).get("template")
        return address.strip() if address else None
    except (ValueError, AttributeError, RecursionError):
        sys.exit(f"{RECORD} can't be read. Take it back from git: `git log -- {RECORD}`.")


def finish(command: str) -> int:
    """Abort or continue an upgrade by the program that began it."""
    there = Path(git(Path(), "rev-parse", "--git-path", "template-upgrade").decode().strip())
    if not (there / "tools" / "upgrade.py").is_file():
        sys.exit("No upgrade is under way.")
    return run(there.resolve(), [command])


def start(command: str, scratch: Path) -> int:
    """Fetch the template, and run a command of the version that is asked for."""
    template, earlier, to = (os.environ.get(name) or None for name in ("TEMPLATE", "FROM", "TO"))
    address = template or recorded()
    if not address:
        sys.exit(
            "No address of the template is recorded. Say where it is: TEMPLATE=address-or-path."
        )
    place, is_repository = fetch(address, scratch / "fetched")
    arguments = [command, "--project", str(Path().resolve())]
    arguments += options() if command == "upgrade" else []
    named = earlier or (None if is_repository else template and recorded())
    origin = fetch(named, scratch / "origin")[0] if named else None
    arguments += ["--origin", str(origin)] if origin else []
    if is_repository:
        if template and re.match(r"(?!(git\+)?file:)[a-z][a-z0-9+-]*:|[\w.-]+@[\w.-]+:", template):
            arguments += ["--address", plain(template)]
        version = extract(place, to, scratch / "version")
        arguments += ["--repository", str(place), *(["--to", to] if to else [])]
        return run(version, arguments)
    if to:
        sys.exit(f"TO names a version of a repository, and {address} has only one version in it.")
    if not origin:
        sys.exit(
            f"{address} has only one version in it. Say where the one is that made this project: "
            "FROM=address-or-path."
        )
    return run(place, [*arguments, "--template", str(place)])


def main() -> int:
    """Upgrade this project, or compare it with the template."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=["upgrade", "abort", "continue", "check", "diff"])
    command = parser.parse_args().command
    if command in {"abort", "continue"}:
        return finish(command)
    with tempfile.TemporaryDirectory(prefix="template-") as scratch:
        return start(command, Path(scratch))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        sys.exit(f"The template can't be used: {error}")
