"""The template's own samples: files that are nobody's work as long as they are as they came."""

from hashlib import sha256
from pathlib import Path

SAMPLES = frozenset(
    {
        "444a1558e226b4312a78383ebec02dc2daea6354f50590858fb893edc33f06f3",  # features.yaml
        "213ea1c1a71dd4a41da39604b0f5df00c0f56dd7e55d76ba46fb0fa397904de8",
        "647592aef66e5f35bad9e5aabd1cd7c4af90920f6bd9cf7aa6fe16fb68c27f72",  # data_loader.py
        "6f9c0545ffadfd6594df5b22ba5991ad059245a9793d8f3e9c0971718e6bf0a6",
        "074c0aacdf5d03330b06d5d4564a2d28fad79d1a484bb81a3c2023088156beea",  # test_use_case.py
        "f2d646c29d2d8ae53bd61b0abb0be83cb932a4eaae283ea6dd6e895d74c0d3b8",
    }
)
"""SHA-256 of each, the package's name in it written as {package}.

A test of the template prints them anew where a sample has changed; older ones may go.
"""


def digest(text: str, package: str) -> str:
    """Return a text's digest, the same for each project."""
    return sha256(text.replace(package, "{package}").encode()).hexdigest()


def is_sample(file: Path, package: str) -> bool:
    """Tell whether a file is as the template made it."""
    try:
        return digest(file.read_text("utf-8"), package) in SAMPLES
    except (OSError, UnicodeDecodeError):
        return False
