"""Conditional reads of files by `If-None-Match` (RFC 9110 §13.1.2)."""

from fastapi import Request


def is_known(request: Request, tag: str) -> bool:
    """Whether the client has the file with this tag; compared weakly."""
    listed = ",".join(request.headers.getlist("if-none-match")).split(",")
    return tag in {entry.strip().removeprefix("W/") for entry in listed}
