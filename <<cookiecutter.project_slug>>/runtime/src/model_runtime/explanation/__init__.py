"""Explanations: how much each value of a request matters for its answer."""
