"""The public key with which browsers subscribe to Web Push."""

from api.process.services import Services
from streams.notices import vapid


def vapid_key(services: Services) -> str | None:
    """None: this deployment sends none. Raises BadVapidKey: the file of the key is invalid."""
    path = services.settings.vapid_key
    return None if path is None else vapid.public_text(vapid.load_private(path))
