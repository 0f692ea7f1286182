"""Paths of the HTTP API, for links and for clients. Ids are percent-encoded (RFC 3986 §2.1)."""

from urllib.parse import quote


def path_of(*segments: str) -> str:
    """`path_of("volunteers", "team#4", "offers")` is `/v1/volunteers/team%234/offers`."""
    # `safe=""`: a slash in an id must not become a separator.
    return "/".join(["/v1", *(quote(segment, safe="") for segment in segments)])
