"""Bring the imports of the project's own files to the library's public names: `make imports`."""

import sys
import tokenize
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

from .. import __all__ as public
from .. import testing
from ..errors import ProjectError
from ..files import part_of
from ..project import project
from .rewrite import Place, Rewritten, rewrite


def public_names() -> dict[str, str]:
    """Return what a project's files may import, each with the module that has it."""
    places = {name: "model_runtime" for name in public if name[0] != "_"}
    return places | dict.fromkeys(testing.__all__, testing.__name__)


def own_folders() -> dict[str, Path]:
    """Return the folders of the project's own files, by the package that they are."""
    package = project().package
    return {package: Path("src", package), "tests": Path("tests")}


def is_gone(module: str) -> bool:
    """Tell whether a module was the template's and is no longer in the project."""
    root, *below = module.split(".")
    folders = own_folders()
    if root not in folders or not below:
        return False
    place = folders[root] / below[0]
    return not (place.with_suffix(".py").is_file() or any(place.rglob("*.py")))


def read(file: Path, package: tuple[str, ...]) -> tuple[str, Rewritten, str]:
    """Return a file's text, the text that it should have, and its encoding.

    Raises:
        ProjectError: It is no Python.
    """
    try:
        content = file.read_bytes()
        encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
        text = content.decode(encoding)
        return text, rewrite(text, Place(package, is_gone, public_names())), encoding
    except (SyntaxError, ValueError) as error:
        raise ProjectError(f"{file} can't be read: {error}. Nothing was changed.") from error


def replace(contents: dict[Path, bytes]) -> None:
    """Write all files beside those they replace, and only then put them in place.

    Raises:
        ProjectError: A file can't be written; none was changed.
    """
    try:
        with ExitStack() as stack:
            parts = {file: stack.enter_context(part_of(file)) for file in contents}
            for file, part in parts.items():
                part.file.write(contents[file])
                part.path.chmod(file.stat().st_mode)
                part.finish()
            for part in parts.values():
                part.replace()
    except OSError as error:
        raise ProjectError(f"{error.filename} can't be written: {error.strerror}.") from error


def main() -> int:
    """Change the files, say which, and name what is left to be done by hand; 1 where there is.

    Raises:
        ProjectError: A file can't be read or written; none was changed.
    """
    changed, left = {}, []
    for name, folder in own_folders().items():
        for file in sorted(folder.rglob("*.py")):
            package = (name, *file.parent.relative_to(folder).parts)
            text, new, encoding = read(file, package)
            left += [f"{file}:{line}: {sentence}." for line, sentence in new.left]
            if new.text != text:
                changed[file] = new.text.encode(encoding)
    replace(changed)
    said = [f"changed {file}" for file in changed] or [
        "No import has to be changed by this command."
    ]
    said += ["`make format` sorts the imports."] if changed else []
    said += (
        ["", "By hand (docs/upgrading.md of the template says what there is instead):", *left]
        if left
        else []
    )
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if left else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ProjectError as error:
        sys.exit(str(error))
