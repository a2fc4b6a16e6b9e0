"""Training on more rows than memory holds: part by part, here or on a cluster."""

from .fitting import fit_in_parts
from .parts import Parts

__all__ = ["Parts", "fit_in_parts"]
