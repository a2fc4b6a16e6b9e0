"""Commands inside of an image: in a container of its own, which is gone afterwards."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..errors import ProjectError


def run_inside(
    tool: str, image: str, command: Sequence[str], given: str = "", root: bool = False
) -> str:
    """Run a command in an image and return what it prints.

    Args:
        tool: docker, podman or buildah.
        image: The image's name and tag; it is here.
        command: The words.
        given: Its standard input.
        root: Whether it runs as root, with the network, and may write.

    Raises:
        ProjectError: It fails, as it has said.
    """
    with _container(tool, image, root) as words:
        done = subprocess.run(  # noqa: S603
            [*words, *command], input=given, stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode:
        raise ProjectError(
            f"`{command[0]}` failed in {image}; above is why. Is the image here? `make image` "
            "builds it."
        )
    return done.stdout


@contextmanager
def _container(tool: str, image: str, root: bool) -> Iterator[list[str]]:
    """Yield the words that run a command in a new container."""
    user = ["--user", "0"] if root else []
    if tool != "buildah":
        network = [] if root else ["--network", "none"]
        words = [tool, "run", "--rm", "--interactive", "--pull", "never", *network, *user]
        yield [*words, "--entrypoint", "", image]
        return
    made = subprocess.run(  # noqa: S603
        [tool, "from", "--pull-never", image], stdout=subprocess.PIPE, text=True, check=False
    )
    name = made.stdout.strip()
    if made.returncode:
        raise ProjectError(f"There is no image {image} here; `make image` builds it.")
    try:
        yield [tool, "run", *user, name, "--"]
    finally:
        subprocess.run([tool, "rm", name], capture_output=True, check=False)  # noqa: S603
