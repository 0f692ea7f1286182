"""The failure of a command, and the exit codes of all commands."""

from streams.errors import GiveUp

DONE = 0
FAILED = 1
WRONG_USE = 2
UNREACHABLE = 3
UNDECIDED = 4

EXIT_CODES = {
    DONE: "done",
    FAILED: "failed or refused",
    WRONG_USE: "wrong usage or settings",
    UNREACHABLE: "Kafka, Redis or the API cannot be reached",
    UNDECIDED: "the order is stored but not decided yet",
}


class CommandFailed(GiveUp):
    """Ends the command and prints what went wrong, and on the next line what to do."""

    def __init__(self, message: str, cure: str = "", exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.cure = cure
        self.exit_code = exit_code
