"""Helpers for a project's own tests: a running service, and the fixtures of `fixtures.py`."""

from ..bundle.read import Bundle
from ..training.use_case import UseCase
from .service import Service

__all__ = ["Bundle", "Service", "UseCase"]
