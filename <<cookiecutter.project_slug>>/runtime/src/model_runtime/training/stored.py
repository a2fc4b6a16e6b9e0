"""A model in the form in which a bundle holds it."""

from dataclasses import dataclass

from ..bundle.metadata import EngineName, Parity
from ..counts import counted


@dataclass(frozen=True)
class Stored:
    """A model as a bundle holds it, what the proof said, and Debian packages that it needs."""

    model: bytes
    engine: EngineName
    parity: Parity
    system_packages: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say which engine serves the model, and why, and what the image gets besides."""
        packages = ", ".join(self.system_packages)
        needs = f"; in the image it needs {packages} of Debian" if packages else ""
        if self.engine == "sklearn":
            return f"sklearn, not compiled: {self.parity.obstacle}{needs}"
        rows = counted(sum(self.parity.rows.values()), "row")
        return f"onnx: {rows}, largest difference {self.parity.largest_difference:.1e}{needs}"
