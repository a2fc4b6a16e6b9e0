"""Imports of a project's own files, brought to the names that the library promises to keep."""
