"""Errors of Python, the operating system and its libraries as one plain sentence.

`[Errno 2] No such file or directory: '/etc/x'` has a number that tells nobody anything, and the path once more; `Expecting value:
line 1 column 1` does not say of what. Callers name the file or the address themselves, so no sentence contains one.
"""

import errno
import json
import socket
import ssl

_OF_SYSTEM = {
    errno.ENOENT: "there is no such file or folder",
    errno.EACCES: "this user may not read or write it",
    errno.EPERM: "this user may not do that with it",
    errno.EISDIR: "it is a folder, not a file",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EEXIST: "it exists already",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "this user has used up the space it may take",
    errno.EFBIG: "it would become larger than a file may be here",
    errno.EROFS: "its disk can be read only",
    errno.EIO: "its disk has an error",
    errno.EMFILE: "this process has too many open files",
    errno.ENFILE: "this machine has too many open files",
    errno.ELOOP: "its links lead in a circle",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EADDRINUSE: "another program listens there",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.ECONNREFUSED: "nothing listens there",
    errno.ECONNRESET: "the other side closed the connection",
    errno.EPIPE: "the other side closed the connection",
    errno.EHOSTUNREACH: "no way leads there",
    errno.ENETUNREACH: "no way leads there",
    errno.ETIMEDOUT: "no answer in time",
}

UNKNOWN = "the reason is not known"


def plain_reason(error: BaseException) -> str:
    """Why it failed: a clause without a full stop, without the class of the error and without its number.

    Errors with a text of their own, such as those of TOML and of Komek, keep it.
    """
    if isinstance(error, UnicodeDecodeError):
        return f"it is not text in {error.encoding.upper()} (byte {error.start})"
    if isinstance(error, UnicodeError):
        return "it has letters that cannot stand there"
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON (line {error.lineno}, column {error.colno})"
    if isinstance(error, OSError):
        return _of_system(error)
    return str(error) or UNKNOWN


def root_reason(error: BaseException) -> str:
    """As `plain_reason`, of the error of the system that a library has wrapped in one of its own, if there is one."""
    cause: BaseException | None = error
    seen: set[int] = set()
    # An error that was raised from itself is its own cause.
    while cause is not None and id(cause) not in seen:
        if isinstance(cause, OSError):
            return plain_reason(cause)
        seen.add(id(cause))
        cause = cause.__cause__ or cause.__context__
    return plain_reason(error)


def _of_system(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        # Names such as KEY_VALUES_MISMATCH.
        reason = getattr(error, "reason", None)
        return reason.lower().replace("_", " ") if reason else "it is not PEM"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    # urllib wraps the error of the socket, or says itself what is wrong.
    inner = getattr(error, "reason", None)
    if isinstance(inner, OSError):
        return _of_system(inner)
    if isinstance(inner, str):
        return inner
    if error.errno is None:
        return str(error) or UNKNOWN
    return _OF_SYSTEM.get(error.errno) or (error.strerror or UNKNOWN).lower()
