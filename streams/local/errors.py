"""What can go wrong with the local stack.

LocalStackError
├── Taken           a port or a folder is in use by someone else: choose another, or end the other
├── Unobtainable    something that the set-up needs cannot be fetched or found here: the cure names the command
└── NeverReady      a part ended or stayed silent while the stack was starting: its log says why
"""


class LocalStackError(Exception):
    """Says what went wrong and, in `cure`, what to do next."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class FolderTaken(LocalStackError):
    pass


class Unobtainable(LocalStackError):
    pass


class NeverReady(LocalStackError):
    """`settings_refused` when a part itself said that it was called with settings it cannot use."""

    def __init__(self, message: str, cure: str, *, settings_refused: bool = False) -> None:
        super().__init__(message, cure)
        self.settings_refused = settings_refused
