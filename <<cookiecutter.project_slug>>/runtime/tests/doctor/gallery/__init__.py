"""Broken use cases, each with the sentence that finds it."""

from . import data, model, preparing
from .broken import Broken

GALLERY: tuple[Broken, ...] = (*data.GALLERY, *preparing.GALLERY, *model.GALLERY)
