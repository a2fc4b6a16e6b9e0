"""Examine a use case and its project in seconds, before a long training and before a deployment."""
