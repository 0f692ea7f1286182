"""From the bytes of a file to cards, whichever of the two forms each has."""

from dataclasses import dataclass

from dispatch.cards.card_table import CardTable
from dispatch.cards.card_text import cards_in
from dispatch.cards.eido_reading import eido_card, is_eido
from dispatch.cards.national_card import is_national_card, national_card
from dispatch.cards.received_card import BadCard, Card, CardFault, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFile:
    """The cards of a file, and what of it cannot be used."""

    cards: tuple[Card, ...]
    faults: tuple[BadCard, ...]


def card_file(raw: bytes, table: CardTable) -> CardFile:
    """Everything in a file. One card that cannot be used hinders no other."""
    read = cards_in(raw, table.encoding)
    cards, faults = [], [*read.faults]
    for document in read.found:
        try:
            cards.append(card_of(document, table))
        except BadCard as error:
            faults.append(error)
    return CardFile(cards=tuple(cards), faults=tuple(faults))


def card_of(document: Json, table: CardTable) -> Card:
    """Raises BadCard."""
    if is_eido(document):
        return eido_card(document, table)
    if is_national_card(document, table):
        return national_card(document, table)
    raise BadCard(CardFault.UNKNOWN_FORM, "neither eidoVersion nor the marker of the table")
