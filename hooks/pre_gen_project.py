"""Checks all answers at once, before a file is written."""

import json
import keyword
import re
import sys

# The answers come as a JSON text inside a JSON string, never as code: whatever
# stands in them, this line is one string literal.
ANSWERS = json.loads(<< cookiecutter | jsonify | jsonify >>)

PATTERNS = {
    "project_name": (
        r"[^\W_][\w .,()+/-]{0,59}",
        "1 to 60 letters, digits, spaces or . , ( ) + / - _, beginning with a letter or digit",
    ),
    "project_slug": (
        r"[a-z]([a-z0-9-]{0,51}[a-z0-9])?",
        "1 to 53 lower-case letters, digits or hyphens, beginning with a letter "
        "and not ending with a hyphen (it names the image and the Helm release)",
    ),
    "package_name": (
        r"[a-z][a-z0-9_]{0,29}",
        "1 to 30 lower-case letters, digits or underscores, beginning with a letter",
    ),
    "description": (
        r"(?!.*\x3c[\x3c%#])[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,200}",
        "one line of 1 to 200 characters, without \x3c\x3c or \x3c%",
    ),
    "author": (
        r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\"\\<>]{1,100}",
        'one line of 1 to 100 characters without " \\ < >',
    ),
}

# Names that the project's environment has already, as packages or as libraries.
TAKEN = {
    *("benchmarks", "client", "data", "postman", "src", "test", "tests", "use_case"),
    *("fastapi", "fastapi_swagger", "flaml", "httptools", "httpx", "matplotlib", "mlflow"),
    *("mypy", "numpy", "onnx", "onnxruntime", "packaging", "pandas", "pandas_stubs", "polars"),
    *("prometheus_client", "pyarrow", "pydantic", "pydantic_settings", "pytest", "pyyaml"),
    *("rich", "ruff", "schemathesis", "scikit_learn", "scipy", "skl2onnx", "sklearn", "skops"),
    *("starlette", "typer", "types_pyyaml", "uvicorn", "uvloop", "yaml"),
}


def problems(answers: dict[str, str]) -> list[str]:
    """Say in a sentence each what is wrong with the answers."""
    found = [
        f"{name}: {answers[name]!r} does not fit; it takes {wanted}."
        for name, (pattern, wanted) in PATTERNS.items()
        if not re.fullmatch(pattern, answers[name])
    ]
    package = answers["package_name"]
    if keyword.iskeyword(package) or package in sys.stdlib_module_names:
        found.append(
            f"package_name: {package!r} is Python's own name, and the project could not "
            "import both; choose another."
        )
    for name in ("project_slug", "package_name"):
        if answers[name].replace("-", "_") in TAKEN:
            found.append(
                f"{name}: {answers[name]!r} is the name of a library or folder that the project "
                "needs; choose another."
            )
    return found


if wrong := problems(ANSWERS):
    sys.exit("No project was made. Answer again:\n" + "\n".join(f"  - {line}" for line in wrong))
