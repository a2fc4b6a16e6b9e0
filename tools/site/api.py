"""The page of the public API: signatures and docstrings."""

import inspect
import re
from collections.abc import Callable, Iterator

import model_runtime
from model_runtime import testing

HEAD = """# Public API

Made from signatures and docstrings. [How they belong together](../manual/public-api.md).
"""


def public_api() -> str:
    """Return the page as Markdown."""
    parts = [HEAD]
    for module in (model_runtime, testing):
        parts.append(f"## `{module.__name__}`\n")
        for name in sorted(module.__all__, key=str.lower):
            if not name.startswith("__"):
                parts += _entry(name, getattr(module, name))
    return "\n".join(parts)


def _entry(name: str, found: object) -> Iterator[str]:
    yield f"### `{name}`\n"
    if inspect.isclass(found):
        yield from _docstring(found)
        for member, value in vars(found).items():
            if not member.startswith("_") and inspect.isfunction(value):
                yield _signature(f"{name}.{member}", value)
                yield from _docstring(value)
    elif callable(found):
        yield _signature(name, found)
        yield from _docstring(found)
    else:
        yield f"`{found!r}`\n"


def _signature(name: str, function: Callable[..., object]) -> str:
    quoted = str(inspect.signature(function))
    text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", quoted)
    return f"```python\n{name}{text}\n```\n"


_SECTION = re.compile(r"^(Args|Returns|Raises|Yields):$", re.MULTILINE)


def _docstring(found: object) -> Iterator[str]:
    """Yield a docstring in Google's form as Markdown."""
    text, *sections = _SECTION.split(inspect.getdoc(found) or "")
    yield text.strip() + "\n"
    for heading, body in zip(sections[::2], sections[1::2], strict=True):
        yield f"**{heading}**\n"
        yield from re.split(r"\n(?=\S)", inspect.cleandoc("\n" + body))
        yield ""
