"""Deep links of the Telegram bot."""


def start_link(bot: str, code: str) -> str:
    """Opens a chat with the bot; the person's tap on Start sends it `/start CODE`. `code`: at most 64 of A-Z a-z 0-9 _ -."""
    return f"https://t.me/{bot}?start={code}"


def started_with(text: str) -> str | None:
    """The code of a message `/start CODE`; None for any other message."""
    command, _, code = text.partition(" ")
    # In groups the command names the bot.
    return code.strip() or None if command.partition("@")[0] == "/start" else None
