"""An API key of a check's own, for the service that it starts."""

from ..api_key import make_key
from ..settings import Settings


def temporary_key(settings: Settings) -> tuple[str, dict[str, str]]:
    """Return a key and the variables by which a service knows it, and no other.

    Where config.yaml asks for no keys, there is none; where it does, a service that is checked asks
    for them, too, but does without the file, which may be elsewhere, and without a rate.
    """
    if not settings.serving.api_keys.on:
        return "", {}
    key, known = make_key("check", 1)
    ours = {"FILE": "", "LINES": known.line, "PER_SECOND": "0"}
    return key, {f"SERVING__API_KEYS__{name}": value for name, value in ours.items()}
