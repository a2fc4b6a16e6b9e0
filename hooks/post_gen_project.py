"""Deletes what was not chosen, notes where the project comes from, and says what to do next."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

Path(__file__).unlink()  # Cookiecutter has rendered the hook into a file, and would leave it

ANSWERS = json.loads(<< cookiecutter | jsonify | jsonify >>)

CHOSEN = {
    "github_actions": ".github",
    "jenkins_controller": "deploy/jenkins/controller",
    "monitoring": "deploy/monitoring",
    "ansible": "deploy/ansible",
    "azure": "deploy/azure",
}
"""Folders that are there only if their question was answered with yes."""

SKELETON = next(Path(ANSWERS["_repo_dir"]).glob("*cookiecutter.project_slug*"))

for question, chosen in CHOSEN.items():
    if ANSWERS[question] != "yes":
        # Only the skeleton's files: others stay where a project is rendered over an earlier one.
        for file in [path for path in (SKELETON / chosen).rglob("*") if path.is_file()]:
            rendered = file.relative_to(SKELETON)
            rendered.unlink()
            for folder in list(rendered.parents)[:-1]:
                if not any(folder.iterdir()):
                    folder.rmdir()

# Where the template is a working copy, the library in it may have been run in place.
for name in ("__pycache__", ".*_cache", ".hypothesis", ".venv", "uv.lock", "dist"):
    for left in list(Path("runtime").rglob(name)):
        shutil.rmtree(left) if left.is_dir() else left.unlink()

OWN = json.loads((Path(ANSWERS["_repo_dir"]) / "cookiecutter.json").read_text("utf-8"))
"""The template's own variables: a replay file has those of the day it was written."""

# The template's own tools, which render a copy without its repository, say where it is from.
MADE_FROM = ANSWERS if os.environ.get("TEMPLATE_RENDER_ONLY") else OWN

ABBREVIATED = {
    "gh:": "https://github.com/",
    "gl:": "https://gitlab.com/",
    "bb:": "https://bitbucket.org/",
}

# Where a git hook runs Cookiecutter, git's variables are about the hook's own repository.
HANDED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
UNHOOKED = {name: value for name, value in os.environ.items() if name not in HANDED}


def git(*arguments: str) -> str:
    """Ask git about the template's folder; nothing where it is no repository of its own."""
    folder = Path(ANSWERS["_repo_dir"])
    if not (folder / ".git").exists():
        return ""
    try:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(
            command, env=UNHOOKED, capture_output=True, text=True, check=False
        ).stdout.strip()
    except FileNotFoundError:
        return ""


def public(address: str) -> str | None:
    """Return an address that others can use: no path of this machine, no credentials."""
    for short, long in ABBREVIATED.items():
        if address.startswith(short):
            address = f"{long}{address.removeprefix(short)}.git"
    address = address.removeprefix("git+")  # which Cookiecutter knows, and git doesn't
    if re.match(r"(?!(hg\+)?file:)[a-z][a-z0-9+-]*://", address):
        address = re.sub(r"[?#].*", "", address)
        without_user = re.sub(r"^((?:hg\+)?https?://)[^/@]*@", r"\1", address)
        return re.sub(r"^([a-z0-9+-]+://[^/@:]*):[^/@]*@", r"\1@", without_user)
    return address if re.match(r"[\w.-]+@[\w.-]+:", address) else None


def commit() -> str | None:
    """Return the template's commit, with `-dirty` where its files were changed since."""
    if not MADE_FROM["_template_commit"].startswith("$"):
        return MADE_FROM["_template_commit"] or None
    # Cookiecutter makes the hooks executable, which is no change of the template's.
    changed = git("-c", "core.fileMode=false", "status", "--porcelain")
    return (git("rev-parse", "--verify", "--quiet", "HEAD") + ("-dirty" if changed else "")) or None


origin = MADE_FROM["_template_address"] or ANSWERS["_template"]
record = Path(".template.json")
provenance = json.loads(record.read_text("utf-8"))
provenance["template"] = public(origin) or public(git("config", "remote.origin.url"))
provenance["commit"] = commit()
record.write_text(json.dumps(provenance, indent=2, ensure_ascii=False) + "\n", "utf-8")


def typed(folder: Path) -> str:
    """Return the project's folder as it is typed where Cookiecutter was started."""
    started = os.environ.get("PWD")
    here = started and Path(started).resolve() == folder.parent
    return shlex.quote(folder.name if here else str(folder))


# A project within a repository is committed there, as one of its folders.
inside = any((above / ".git").exists() for above in Path.cwd().parents)
begin = "" if inside else "git init -b main && "
commit_all = f"{begin}git add -A . && git commit -m 'From the template, {OWN['_template_version']}'"
note = f"""
{ANSWERS["project_name"]} is in {ANSWERS["project_slug"]}/ and complete as it is. Next:

  cd {typed(Path.cwd())}
  {commit_all}
  make setup train serve     an environment, a model, its API on http://127.0.0.1:8000

Then make it yours: src/{ANSWERS["package_name"]}/use_case/, data/ and tests/.
`make help` lists all else.
"""
# A title may have characters that the terminal doesn't.
print(note.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))
