"""The documentation site: pages of the repository, staged and built by Zensical."""
