"""Errors of `streams`, one tree, split by what the caller can do."""


class LogTrouble(Exception):
    """Kafka did not confirm; the record may be in the log or not."""


class BrokerTrouble(Exception):
    """Kafka gave no answer, or one that ends the matter; says what to do next in `cure`."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class IntakeTrouble(Exception):
    """Kafka did not take the record, as far as is known."""


class Overloaded(IntakeTrouble):
    """More is on its way to Kafka than we allow; nothing was sent."""


class Unknown(IntakeTrouble):
    """Kafka did not answer in time; the record may be in the log or not."""
