"""Whether strangers can read what the API sends: it listens beyond this machine, and nothing encrypts."""

from ipaddress import ip_address

from streams.settings import Settings


def exposure(settings: Settings) -> str | None:
    """What is wrong, in a sentence; None when nothing is."""
    if settings.tls_cert is not None or settings.proxy or _is_loopback(settings.host):
        return None
    return (
        f"KOMEK_HOST={settings.host} is reachable from other machines, and the API serves plain HTTP: tokens and personal "
        "data can be read on the way"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
