"""The error that people see."""


class UpgradeError(Exception):
    """A sentence that says what is in the way, and what to do about it."""
