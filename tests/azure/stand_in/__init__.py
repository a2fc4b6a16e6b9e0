"""A local stand-in of Azure: its host names, over TLS, behind a proxy on this machine."""

from .stand_in import StandIn

__all__ = ["StandIn"]
