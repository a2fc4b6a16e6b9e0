"""Answers are values: Cookiecutter renders each as a template of its own, and this stops it.

Named in `cookiecutter.json` under `_extensions`; Jinja hands it each text before it is compiled.
"""

import logging
import re
import sys
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import Extension

sys.path.insert(0, str(Path(__file__).parent / "hooks"))

import names
import own_copy
import quoting
from rules import OWN

FOLDER = "<<cookiecutter.project_slug>>"

COMPUTED = {
    "<< cookiecutter.project_name | project_slug >>",
    "<< cookiecutter.project_slug | package_name >>",
}
"""Defaults of `cookiecutter.json` that are computed, word for word."""

IN_PATHS = re.compile(r"(<<cookiecutter\.(?:project_slug|package_name)>>)")
IN_HOOKS = re.compile(
    r"(^ANSWERS = json\.loads\(<< cookiecutter \| jsonify \| jsonify >>\)$)", re.M
)


def one_folder(slug: object) -> str:
    """Return a name for a project's folder that leads nowhere else, whatever the answer is.

    One that is no slug is refused by the first hook, and Cookiecutter then removes this folder.
    """
    return re.sub(r"[^a-z0-9-]", "-", str(slug))[:53] or "-"


def without_traceback(record: logging.LogRecord) -> bool:
    """Have a hook's refusal logged without the calls that led to it: the hook has said why."""
    record.exc_info = None
    return True


class LiteralAnswers(Extension):
    """Jinja as it is, for the template's own texts; any other is taken for what it says."""

    def __init__(self, environment: Environment) -> None:
        """Add what the template's own texts are made with, and see to what is left."""
        super().__init__(environment)
        own_copy.remove_at_end()
        logging.getLogger("cookiecutter.hooks").addFilter(without_traceback)
        # Not a variable: a replay file has that of the day it was written.
        environment.globals["template_version"] = OWN["_template_version"]
        environment.filters["quoted"] = quoting.quoted
        environment.filters["person"] = quoting.person
        environment.filters["project_slug"] = names.project_slug
        environment.filters["package_name"] = names.package_name
        environment.filters["one_folder"] = one_folder

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return a text with only the template's own expressions left to be rendered.

        Args:
            source: A default, an answer, a hook, a path, or a file's content.
            name: The file's name in the skeleton; nothing else has one.
            filename: Where that file is.
        """
        if name is not None or source in COMPUTED:
            return source
        if source == FOLDER:
            return source.replace(">>", " | one_folder >>")
        own = IN_PATHS if self.environment.loader else IN_HOOKS
        return "".join(
            part if own.fullmatch(part) else self._literal(part) for part in own.split(source)
        )

    def _literal(self, text: str) -> str:
        """Write a text as an expression that is that very text."""
        # Escapes in YAML, as JSON writes them, come as the halves of a character.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        ends = self.environment.variable_start_string, self.environment.variable_end_string
        return f"{ends[0]} {text!a} {ends[1]}"
