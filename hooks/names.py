"""Names that a project can have: none that its environment has already, and one for every title."""

import builtins
import keyword
import sys

from slugify import slugify

LONGEST_SLUG = 53
"""Characters; Helm takes no longer name of a release."""

LONGEST_PACKAGE = 30
"""Characters; the lines that import it stay short."""

# Names that the project's environment has already, as packages or as libraries.
TAKEN = {
    *("benchmarks", "client", "data", "postman", "src", "test", "tests", "use_case"),
    *("fastapi", "fastapi_swagger", "flaml", "httptools", "httpx", "hypothesis", "jsonschema_rs"),
    *("matplotlib", "mlflow"),
    *("mypy", "numpy", "onnx", "onnxruntime", "packaging", "pandas", "pandas_stubs", "polars"),
    *("prometheus_client", "pyarrow", "pydantic", "pydantic_settings", "pytest", "pyyaml"),
    *("rich", "ruff", "schemathesis", "scikit_learn", "scipy", "skl2onnx", "sklearn", "skops"),
    *("starlette", "typer", "types_pyyaml", "uvicorn", "uvloop", "yaml"),
}


def is_taken(name: str) -> bool:
    """Tell whether a project's environment has something of this name, by whichever spelling."""
    return name.replace("-", "_") in TAKEN


def is_pythons(package: str) -> bool:
    """Tell whether a package's name means something else in Python."""
    return (
        keyword.iskeyword(package)
        or package in sys.stdlib_module_names
        or hasattr(builtins, package)
    )


def project_slug(title: str) -> str:
    """Return the name that is proposed for the repository of a project with this title."""
    words = slugify(title)
    if not words[:1].isalpha():
        words = f"model-{words}".rstrip("-")
    slug = _cut(words, "-", LONGEST_SLUG)
    return f"{_cut(slug, '-', LONGEST_SLUG - 6)}-model" if is_taken(slug) else slug


def package_name(slug: str) -> str:
    """Return the name that is proposed for the package of a project with this slug."""
    package = _cut(project_slug(slug).replace("-", "_"), "_", LONGEST_PACKAGE)
    if is_taken(package) or is_pythons(package):
        package = f"{_cut(package, '_', LONGEST_PACKAGE - 6)}_model"
    return package


def _cut(words: str, joint: str, longest: int) -> str:
    """Cut a name between two of its words, or within the first if that is too long."""
    if len(words) <= longest:
        return words
    return words[: longest + 1].rpartition(joint)[0] or words[:longest]
