"""The commit of the work tree, which bundles and images are labelled with."""

import logging
import os
import subprocess

_HANDED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
"""Variables that git hands its hooks, about their own repository."""

_log = logging.getLogger(__name__)


def git_commit() -> str | None:
    """Return the commit of the work tree; none outside of a repository, or where git refuses it."""
    kept = {name: value for name, value in os.environ.items() if name not in _HANDED}
    command = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(  # noqa: S603
            command, env=kept | {"LC_ALL": "C"}, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    if done.returncode and "dubious ownership" in done.stderr:
        _log.warning("The commit is not recorded: %s", done.stderr.strip())
    return None if done.returncode else done.stdout.strip()
