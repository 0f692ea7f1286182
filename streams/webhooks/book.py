"""Reads `komek.webhooks.v1` and follows it: how far each subscription has come, and what was given up."""

from streams import wire
from streams.readers.readable_records import RecordFollower
from streams.settings import Settings
from streams.topics import WEBHOOKS
from streams.wire import WebhookLetter, WebhookPlace

PLACE, LETTER = "place", "letter"


def place_key(name: str) -> str:
    return f"{PLACE}|{name}"


def letter_key(name: str, event_id: str) -> str:
    return f"{LETTER}|{name}|{event_id}"


class WebhookBook:
    """The records in memory. No method blocks or raises."""

    def __init__(self) -> None:
        self.places: dict[str, WebhookPlace] = {}
        self.letters: dict[str, WebhookLetter] = {}

    def apply(self, key: str, record: WebhookPlace | WebhookLetter | None) -> None:
        """Takes a record of the log, or one that was just written; None is a tombstone."""
        if isinstance(record, WebhookPlace):
            self.places[record.name] = record
        elif isinstance(record, WebhookLetter):
            self.letters[key] = record
        else:
            self.letters.pop(key, None)
            self.places.pop(key.removeprefix(f"{PLACE}|"), None)

    def letters_of(self, name: str) -> list[WebhookLetter]:
        """The oldest first."""
        return sorted((one for one in self.letters.values() if one.name == name), key=lambda one: one.at_ms)


class WebhookFollower(RecordFollower):
    """Keeps `book` at the end of the log."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        super().__init__(settings, client_id, WEBHOOKS)
        self.book = WebhookBook()

    def _apply(self, key: str, value: bytes | None) -> None:
        if value is None:
            self.book.apply(key, None)
        elif key.startswith(f"{PLACE}|"):
            self.book.apply(key, wire.decode_webhook_place(value))
        else:
            self.book.apply(key, wire.decode_webhook_letter(value))
