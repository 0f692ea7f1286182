"""What gateways send to Komek. The shape is theirs: unknown fields are ignored."""

from pydantic import BaseModel, ConfigDict, Field

_THEIRS = ConfigDict(extra="ignore", hide_input_in_errors=True)


class TelegramChat(BaseModel):
    model_config = _THEIRS
    id: int
    type: str = "private"


class TelegramMessage(BaseModel):
    model_config = _THEIRS
    chat: TelegramChat
    text: str = Field(default="", max_length=20_000)


class TelegramUpdate(BaseModel):
    """An `Update` of Telegram's Bot API."""

    model_config = _THEIRS
    message: TelegramMessage | None = None
