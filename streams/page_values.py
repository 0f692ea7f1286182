"""The accepted values of the settings of the pages: each function parses one text, or raises ValueError with what is expected."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from streams import setting_values as values

MOST_ZOOM = 16.0
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]*")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """Degrees (WGS 84), and the zoom of web maps: 0 is the world on 512 pixels, each step doubles."""

    lon: float
    lat: float
    zoom: float


def time_zone(value: str) -> str:
    expected = "a time zone of the IANA database, such as Asia/Almaty"
    name = value.strip()
    try:
        # A folder of the database, an unknown name and a path out of it raise errors of different kinds.
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(expected) from None
    return name


def centre(value: str) -> Centre:
    expected = f"longitude,latitude,zoom in degrees, such as 76.95,43.24,10; zoom from 0 to {MOST_ZOOM:g}"
    try:
        lon, lat, zoom = map(float, value.split(","))
    except ValueError:
        raise ValueError(expected) from None
    if not (abs(lon) <= 180 and abs(lat) <= 85 and 0 <= zoom <= MOST_ZOOM):  # false for NaN
        raise ValueError(expected)
    return Centre(lon=lon, lat=lat, zoom=zoom)


def phone(value: str) -> str:
    text = values.text(value)
    if _PHONE.fullmatch(text) is None or not 3 <= sum(map(str.isdigit, text)) <= 15:
        raise ValueError("a phone number as it is dialled, such as +7 727 300 00 00")
    return text


def map_style(value: str) -> str:
    """A URL, or a path. The file is read by `map_source.py`."""
    text = values.text(value)
    if "://" not in text:
        return str(Path(text).expanduser())
    if origin_of(text) is None:
        raise ValueError("an https URL (http only on this machine) of a style, or the path of a JSON file")
    return text


def origin_of(url: str) -> str | None:
    """`https://host:port` of an address that the pages may load from; None: they may not."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1"))
    # The origin becomes part of a header: a host with other signs could add directives to it.
    if not is_safe or not _HOST.fullmatch(host) or parts.username or parts.password:
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
