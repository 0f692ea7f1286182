"""Errors of Python and the operating system as clauses that people can read."""

import errno
import json
import socket
import ssl
import urllib.error
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatch.model.plain_reason import plain_reason, root_reason


def raised(act: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as found:  # noqa: PT011 - any
        act()
    return found.value


@pytest.mark.parametrize(
    ("act", "clause"),
    [
        (lambda: Path("/no/such/file").read_text(), "there is no such file or folder"),
        (lambda: Path("/").read_text(), "it is a folder, not a file"),
        (lambda: b"\xff".decode("utf-8"), "it is not text in UTF-8 (byte 0)"),
        (lambda: json.loads("[1, x]"), "it is not JSON (line 1, column 5)"),
        (lambda: json.loads(b"\xff"), "it is not text in UTF-8 (byte 0)"),
        (lambda: socket.create_connection(("127.0.0.1", 9), 1), "nothing listens there"),
    ],
)
def test_what_python_raises(act: Callable[[], object], clause: str) -> None:
    assert plain_reason(raised(act)) == clause


@pytest.mark.parametrize(
    ("error", "clause"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/etc/x"), "this user may not read or write it"),
        (OSError(errno.ENOTEMPTY, "Directory not empty"), "directory not empty"),
        (TimeoutError(), "no answer in time"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "its name is not known"),
        (urllib.error.URLError(ConnectionRefusedError(errno.ECONNREFUSED, "x")), "nothing listens there"),
        (urllib.error.URLError("unknown url type: nonsense"), "unknown url type: nonsense"),
        (ssl.SSLError(1, "[SSL] PEM lib"), "it is not PEM"),
        (OSError("the words of a library"), "the words of a library"),
        (ValueError("expected a number"), "expected a number"),
        (ValueError(), "the reason is not known"),
    ],
)
def test_errors_of_libraries(error: Exception, clause: str) -> None:
    assert plain_reason(error) == clause


def test_the_error_that_a_library_has_wrapped_says_more_than_its_own() -> None:
    def wrapped() -> None:
        try:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        except OSError as error:
            raise ValueError("Error 111 connecting to 127.0.0.1:9") from error

    error = raised(wrapped)

    assert root_reason(error) == "nothing listens there"
    assert plain_reason(error) == "Error 111 connecting to 127.0.0.1:9"
    assert root_reason(ValueError("its own words")) == "its own words"


def test_an_error_that_is_its_own_cause_has_an_end() -> None:
    error = ValueError("its own words")
    error.__cause__ = error

    assert root_reason(error) == "its own words"


def test_no_clause_has_a_number_of_an_error_or_the_name_of_a_class() -> None:
    for number in errno.errorcode:
        clause = plain_reason(OSError(number, "Some text"))

        assert "Errno" not in clause
        assert clause == clause.lower()
