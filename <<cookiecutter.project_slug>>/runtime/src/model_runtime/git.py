"""The commit of the work tree, which bundles are labelled with and images named by."""

import logging
import os
import subprocess
from pathlib import Path

_HANDED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
"""Variables that git hands its hooks, about their own repository."""

_REFUSED = "dubious ownership"

_log = logging.getLogger(__name__)


def git_commit() -> str | None:
    """Return the commit of the work tree; none outside of a repository, or where git refuses it."""
    done = _git("rev-parse", "HEAD")
    if done and done.returncode and _REFUSED in done.stderr:
        _log.warning("The commit is not recorded: %s", done.stderr.strip())
    return None if done is None or done.returncode else done.stdout.strip()


def git_revision(length: int | None = None) -> str | None:
    """Return the commit, and `-dirty` behind it where this folder has what is in no commit.

    Args:
        length: Only so many of the commit's characters.
    """
    if (commit := git_commit()) is None:
        return None
    changed = _git("status", "--porcelain", "--untracked-files=normal", "--", ".")
    return commit[:length] + ("-dirty" if changed and changed.stdout else "")


def not_kept(file: Path) -> str | None:
    """Say why the last commit can't give a file back as it is here; nothing where it can."""
    name = f"./{os.path.relpath(file)}"
    here, kept = _git("hash-object", "--", name), _git("rev-parse", "--verify", f"HEAD:{name}")
    if here is None or kept is None:
        return "there is no git here that keeps it"
    if _REFUSED in kept.stderr:
        return "git refuses this folder, which is another user's (safe.directory)"
    if here.returncode or kept.returncode:
        inside = _git("rev-parse", "--is-inside-work-tree")
        outside = inside is None or inside.returncode
        return "no git repository keeps it (git init)" if outside else "it is in no commit"
    return None if here.stdout == kept.stdout else "it has changes that are not committed"


def _git(*arguments: str) -> subprocess.CompletedProcess[str] | None:
    """Ask git about the folder that this process is in; None where there is no git."""
    kept = {name: value for name, value in os.environ.items() if name not in _HANDED}
    command = ["git", *arguments]
    try:
        return subprocess.run(  # noqa: S603
            command, env=kept | {"LC_ALL": "C"}, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
