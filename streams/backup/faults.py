"""What is wrong with an export, or with the deployment into which it is to be imported."""

from streams.errors import GiveUp, InvalidInput


class BadBackup(InvalidInput, ValueError):
    """An export, one of its files or its key cannot be used; `cure` says what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class NotImportable(GiveUp):
    """The deployment cannot take this export as it is; `cure` says what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure
