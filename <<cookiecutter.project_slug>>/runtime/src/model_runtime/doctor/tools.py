"""See which programs are here that the project's commands call."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from .finding import Finding

_ANSWER_S = 10.0
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Tool:
    """Programs of which one is needed for some commands, and where to get them."""

    names: tuple[str, ...]
    what_for: str
    get: str
    version: tuple[str, ...] = ("--version",)


TOOLS = (
    Tool(("git",), "versions, tags of images and upgrades", "https://git-scm.com/downloads"),
    Tool(
        ("docker", "podman", "buildah"),
        "make image and push",
        "https://docs.docker.com/engine/install/",
    ),
    Tool(("docker",), "make up, monitoring", "https://docs.docker.com/engine/install/"),
    Tool(
        ("helm",),
        "make deploy and chart",
        "https://helm.sh/docs/intro/install/",
        ("version", "--short"),
    ),
    Tool(
        ("kubectl",),
        "make deploy",
        "https://kubernetes.io/docs/tasks/tools/",
        ("version", "--client"),
    ),
    Tool(("npm",), "make test-api", "https://nodejs.org, or apt install npm"),
)


def tools() -> Iterator[Finding]:
    """Say of each tool which version is here, or what does not work without, and the way out."""
    told = set()
    for tool in TOOLS:
        present = next((name for name in tool.names if shutil.which(name)), None)
        if present in told:
            continue
        if present:
            told.add(present)
            yield Finding("fine", "tools", f"{present} {_version(present, tool)}".rstrip())
        else:
            names = " or ".join(tool.names)
            said = f"{names} is not here, for {tool.what_for}: {tool.get}"
            yield Finding("look", "tools", said)


def _version(name: str, tool: Tool) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            [name, *tool.version], capture_output=True, text=True, timeout=_ANSWER_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "(does not answer)"
    found = _VERSION.search(done.stdout + done.stderr)
    return found[0] if found else ""
