"""Errors of the local stack, a branch of the tree in `streams/errors.py`.

LocalStackError
├── AlreadyInUse    a port or a folder is in use: choose another, or end the process that uses it
├── Unobtainable    something that the set-up needs cannot be downloaded or found: `cure` names the command
└── NeverReady      a process ended or did not become ready during the start: see its log
"""

from streams.errors import GiveUp


class LocalStackError(GiveUp):
    """The message says what went wrong, `cure` says what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class AlreadyInUse(LocalStackError):
    pass


class Unobtainable(LocalStackError):
    pass


class NeverReady(LocalStackError):
    """`settings_refused`: the process exited with the code for invalid settings."""

    def __init__(self, message: str, cure: str, *, settings_refused: bool = False) -> None:
        super().__init__(message, cure)
        self.settings_refused = settings_refused
