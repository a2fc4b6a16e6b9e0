"""Known vulnerabilities of what an image has: Debian's by its archive, Python's by pip-audit."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..errors import ProjectError
from .image import run, uv
from .inside import run_inside

_AUDITOR = "pip-audit==2.10.1"
# --error-on, for else what can't be fetched counts as up to date.
_NEWER = """
command -v apt-get >&2 || exit 69
apt-get --quiet --quiet --error-on=any update >&2 || exit
apt-get indextargets --format 'Source $(RELEASE)'
apt-get --simulate --with-new-pkgs upgrade
"""
# Behind it may stand in brackets what is not whole until it is there.
_FIX = re.compile(
    r"^Inst (\S+) \[(\S+)\] \((\S+) [^)]*-security[^)]*\)", re.MULTILINE | re.IGNORECASE
)


def audit(tool: str, image: str, found: dict[str, Any]) -> None:
    """Look for known vulnerabilities in what is installed in an image.

    Args:
        tool: docker, podman or buildah.
        image: Its name and tag.
        found: What it has installed.

    Raises:
        ProjectError: There are some, or it can't be known, each with what to do.
    """
    failures = [*_failure(lambda: _debian(tool, image)), *_failure(lambda: _python(found))]
    if failures:
        raise ProjectError("\n".join(failures))


def _failure(look: Callable[[], None]) -> Iterator[str]:
    try:
        look()
    except ProjectError as error:
        yield str(error)


def _debian(tool: str, image: str) -> None:
    try:
        shown = run_inside(tool, image, ["sh", "-c", _NEWER], root=True)
    except ProjectError as error:
        raise ProjectError(
            f"What Debian has fixed in {image} can't be known: its apt-get is missing, or does not "
            "reach the archive; above is what it says. Another system is audited by a scanner of "
            "its own, from build/sbom.cdx.json."
        ) from error
    fixes = list(security_fixes(shown))
    if fixes:
        raise ProjectError(
            f"Debian has security fixes that {image} lacks:\n  " + "\n  ".join(fixes) + "\n"
            "`make pin-images image` takes the newest base; https://security-tracker.debian.org "
            "tells what they are."
        )


def security_fixes(shown: str) -> Iterator[str]:
    """Yield the packages that a simulated upgrade would bring from the security archive.

    Raises:
        ProjectError: The image doesn't know that archive.
    """
    if not re.search(r"^Source .*-security", shown, re.MULTILINE):
        raise ProjectError(
            "The image's apt knows no security archive, so what Debian has fixed can't be known: "
            "add it to the sources of the base image."
        )
    for name, has, fixed in _FIX.findall(shown):
        yield f"{name} {has} -> {fixed}"


def _python(found: dict[str, Any]) -> None:
    # What is local is in no database.
    wanted = {
        f"{each['name']}=={each['version']}" for each in found["packages"] if not each["local"]
    }
    file = Path("build/requirements.txt")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(sorted(wanted)), "utf-8")
    # Strict, for else what can't be looked up counts as sound.
    options = ["--strict", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
    run(uv(), "tool", "run", _AUDITOR, *options, "--requirement", str(file))
