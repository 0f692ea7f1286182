"""How a command ends when it cannot do what it was asked, and the exit codes of all commands."""

DONE = 0
FAILED = 1
WRONG_USE = 2
UNREACHABLE = 3

EXIT_CODES = {
    DONE: "done",
    FAILED: "failed, or the answer is no",
    WRONG_USE: "usage or settings are wrong",
    UNREACHABLE: "Kafka, Redis or the API cannot be reached",
}


class CommandFailed(Exception):
    """Ends the command with a line that says what went wrong and one that says what to do next."""

    def __init__(self, message: str, cure: str = "", exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.cure = cure
        self.exit_code = exit_code
