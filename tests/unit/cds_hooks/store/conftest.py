"""Stores in both sorts of database, for whichever test asks for one."""

from tests.stores import fast_folder, place, postgresql, store

__all__ = ["fast_folder", "place", "postgresql", "store"]
