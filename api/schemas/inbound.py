"""What gateways send to Komek. The shape is theirs: unknown fields are ignored."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_THEIRS = ConfigDict(extra="ignore", hide_input_in_errors=True)


class TelegramChat(BaseModel):
    model_config = _THEIRS
    id: int
    type: str = "private"


class TelegramMessage(BaseModel):
    model_config = _THEIRS
    message_id: int = Field(default=0, ge=0)
    date: int = Field(default=0, ge=0, le=2**40)
    chat: TelegramChat
    text: str = Field(default="", max_length=20_000)


class TelegramUpdate(BaseModel):
    """An `Update` of Telegram's Bot API."""

    model_config = _THEIRS
    update_id: int = Field(default=0, ge=0)
    message: TelegramMessage | None = None


class SmsIn(BaseModel):
    """A message that somebody sent to the number of the deployment. `id`: the same when the gateway repeats it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, populate_by_name=True)
    id: Annotated[str, Field(min_length=1, max_length=200)]
    sender: Annotated[str, Field(alias="from", min_length=1, max_length=40)]
    text: Annotated[str, Field(max_length=20_000)] = ""
