"""What gateways send to Komek. The shape is theirs: unknown fields are ignored."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.fields import Lat, Lon, expected

_THEIRS = ConfigDict(extra="ignore", hide_input_in_errors=True)


class TelegramChat(BaseModel):
    model_config = _THEIRS
    id: int
    type: str = "private"


class TelegramLocation(BaseModel):
    """`horizontal_accuracy`: metres, at most 1,500 by Telegram."""

    model_config = _THEIRS
    longitude: Lon
    latitude: Lat
    horizontal_accuracy: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None


class TelegramMessage(BaseModel):
    model_config = _THEIRS
    message_id: int = Field(default=0, ge=0)
    date: int = Field(default=0, ge=0, le=2**40)
    chat: TelegramChat
    edit_date: int = Field(default=0, ge=0, le=2**40)
    text: str = Field(default="", max_length=20_000)
    caption: str = Field(default="", max_length=20_000)
    location: TelegramLocation | None = None
    photo: Any = None
    voice: Any = None
    audio: Any = None
    video: Any = None
    video_note: Any = None


class TelegramUpdate(BaseModel):
    """An `Update` of Telegram's Bot API. It tells bots of no deletion."""

    model_config = _THEIRS
    update_id: int = Field(default=0, ge=0)
    message: TelegramMessage | None = None
    edited_message: TelegramMessage | None = None


MOST_PARTS = 255
"""Of one SMS: its header counts them in eight bits (3GPP TS 23.040, 9.2.3.24.1)."""


class SmsIn(BaseModel):
    """A message that somebody sent to the number of the deployment. `id`: the same when the gateway repeats it.

    A gateway that does not join the parts of a long SMS states `reference` (the same for all of them), `part` (from 1) and
    `parts` with each; they may come in any order.
    """

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, populate_by_name=True)
    id: Annotated[str, Field(min_length=1, max_length=200)]
    sender: Annotated[str, Field(alias="from", min_length=1, max_length=40)]
    text: Annotated[str, Field(max_length=40_000)] = ""
    """255 parts of 153 characters of seven bits are 39,015."""
    reference: Annotated[str, Field(max_length=64)] = ""
    part: Annotated[int, Field(ge=1, le=MOST_PARTS)] = 1
    parts: Annotated[int, Field(ge=1, le=MOST_PARTS)] = 1

    @model_validator(mode="after")
    def _is_one_of_its_parts(self) -> Self:
        if self.part > self.parts:
            raise expected("at most parts", "part")
        return self
