"""The error of the fold."""


class BrokenLog(Exception):
    """Events that cannot follow from the state: a bug or a damaged log."""
