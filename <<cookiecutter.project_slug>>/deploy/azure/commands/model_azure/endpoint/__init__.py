"""The managed online endpoint."""
