"""Stores in both sorts of database, for whichever test asks for one."""

from tests.stores import place, postgresql, store

__all__ = ["place", "postgresql", "store"]
