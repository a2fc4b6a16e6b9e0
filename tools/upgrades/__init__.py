"""Upgrade by rerendering: both versions are rendered, and git merges the difference."""
