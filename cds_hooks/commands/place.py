"""Where the store is, by the settings: for every verb that opens it."""

from cds_hooks.settings import Settings
from cds_hooks.store.opening import Place


def place_of(settings: Settings) -> Place:
    """Where the store is, and its key."""
    url, key = settings.store, settings.store_key
    return Place(
        settings.data,
        url.get_secret_value() if url else "",
        key.get_secret_value() if key else "",
    )
