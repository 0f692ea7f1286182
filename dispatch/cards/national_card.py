"""A 112 card by the names of the table (`builtin.toml`)."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from dispatch.cards.card_table import CardTable
from dispatch.cards.card_values import number_of, objects_at, phone_of, text_at, text_of, texts_at, time_ms, values_at
from dispatch.cards.received_card import BadCard, Card, CardFault, CardState, Doubt, Json, Kind, external_of
from dispatch.model.geojson import BadGeometry, area_of
from dispatch.model.places import Area

Meaning = TypeVar("Meaning")
AS_SENT = {
    Doubt.BAD_PLACE: "Орын, жіберілген күйінде / место, как прислано",
    Doubt.BAD_TIME: "Уақыт, жіберілген күйінде / время, как прислано",
    Doubt.UNKNOWN_STATUS: "Күйі, жіберілген күйінде / статус, как прислан",
    Doubt.UNKNOWN_PRIORITY: "Шұғылдығы, жіберілген күйінде / степень, как прислана",
    Doubt.UNKNOWN_LANGUAGE: "Тілі, жіберілген күйінде / язык, как прислан",
    Doubt.PLACE_BY_REFERENCE: "Орын сілтемесі / ссылка на место",
}
"""What stands before a value that could not be used, so that it is not lost."""
_NO = ("", "0", "false", "нет", "жоқ")
_YES = ("1", "true", "да", "иә")


def is_national_card(document: Json, table: CardTable) -> bool:
    return bool(values_at(document, table.marker)) if table.marker else False


class _Reading:
    """One card, and what of it could not be used."""

    def __init__(self, document: Json, table: CardTable) -> None:
        self.document = document
        self.table = table
        self.doubts: list[Doubt] = []
        self.kept: list[str] = []

    def text(self, name: str) -> str:
        return text_at(self.document, self.table.paths[name])

    def all(self, name: str) -> list[str]:
        return texts_at(self.document, self.table.paths[name])

    def doubt(self, which: Doubt, as_sent: str = "") -> None:
        self.doubts.append(which)
        if as_sent:
            self.kept.append(f"{AS_SENT[which]}: {as_sent}")

    def time_ms(self, name: str) -> int | None:
        stated = self.text(name)
        if not stated:
            return None
        found = time_ms(stated, self.table.zone)
        if found is None:
            self.doubt(Doubt.BAD_TIME, stated)
        return found

    def flag(self, name: str) -> bool:
        found = [value for path in self.table.paths[name] for value in values_at(self.document, path)]
        return any(value is True or text_of(value).casefold() not in _NO for value in found)

    def word(self, name: str, which: Doubt, known: Mapping[str, Meaning]) -> Meaning | None:
        """The meaning of a word of the card by the table; None if it states none, or one that the table does not have."""
        stated = self.text(name)
        if not stated:
            return None
        if stated.casefold() not in known:
            self.doubt(which, stated)
        return known.get(stated.casefold())

    def area(self) -> Area | None:
        lon, lat, srs = self.text("lon"), self.text("lat"), self.text("srs")
        numbers = number_of(lon), number_of(lat)
        if not (lon or lat) or numbers == (0.0, 0.0):
            # Programs that know no place often send zeros; the point in the Gulf of Guinea is none of them.
            self.doubt(Doubt.NO_PLACE)
            return None
        if not srs or srs.casefold() in self.table.srs:
            try:
                return area_of({"type": "Point", "coordinates": list(numbers)})
            except BadGeometry:
                pass
        self.doubt(Doubt.BAD_PLACE, ", ".join(filter(None, [f"lat {lat}", f"lon {lon}", srs])))
        return None

    def state(self) -> CardState:
        stated = self.all("status")
        meanings = [self.table.statuses[one.casefold()] for one in stated if one.casefold() in self.table.statuses]
        if meanings or not stated:
            return meanings[0] if meanings else CardState.OPEN
        self.doubt(Doubt.UNKNOWN_STATUS, ", ".join(stated))
        return CardState.OPEN


def national_card(document: Json, table: CardTable) -> Card:
    """The card in a document.

    Raises:
        BadCard: no number, a version of the form that is not read, or neither version nor time.
    """
    read = _Reading(document, table)
    source, number = read.text("source"), read.text("number")
    if not number:
        raise BadCard(CardFault.NO_NUMBER, "no value at the paths of `number`")
    form = read.text("form_version")
    if form and form not in table.form_versions:
        raise BadCard(CardFault.UNKNOWN_VERSION, f"form {form[:40]}; read are {', '.join(table.form_versions)}", number)
    version = read.text("version")
    counted = int(version) if version.isascii() and version.isdigit() and len(version) <= 18 else None
    changed_ms = read.time_ms("changed_at")
    if counted is None and changed_ms is None:
        raise BadCard(CardFault.NO_TIME, "neither a whole number as version nor a time with a zone", number)
    service = read.text("service")
    kinds = [_kind(entry, table, service) for entry in objects_at(document, table.kinds)]
    known = [kind for kind in kinds if kind.code or kind.name] or ([Kind(service=service)] if service else [])
    area, state = read.area(), read.state()
    language = read.word("language", Doubt.UNKNOWN_LANGUAGE, table.languages)
    priority = read.word("priority", Doubt.UNKNOWN_PRIORITY, table.priorities)
    reported_ms = read.time_ms("reported_at")
    return Card(
        source=source,
        number=number,
        external_id=external_of(source, number),
        version=counted,
        changed_ms=changed_ms,
        state=state,
        kinds=tuple(known),
        area=area,
        address=_address(document, table),
        description=_description(read, known),
        caller_name=read.text("caller_name"),
        caller_phone=", ".join(dict.fromkeys(filter(None, map(phone_of, read.all("caller_phone"))))),
        language=language,
        priority=priority,
        reported_ms=reported_ms,
        exercise=read.flag("exercise"),
        replaced_by=_replaced_by(source, read.text("replaced_by")),
        doubts=tuple(dict.fromkeys(read.doubts)),
    )


def _replaced_by(source: str, number: str) -> str:
    return external_of(source, number) if number else ""


def _kind(entry: Json, table: CardTable, service: str) -> Kind:
    return Kind(code=text_of(entry.get(table.kind_code)), name=text_of(entry.get(table.kind_name)), service=service)


def _address(document: Json, table: CardTable) -> str:
    parts = [(one.label, text_at(document, [one.path])) for one in table.address]
    return ", ".join(f"{label} {text}".strip() for label, text in parts if text)


def _description(read: _Reading, kinds: Sequence[Kind]) -> str:
    names = [kind.name for kind in kinds if kind.name]
    remarks = [line for one in read.table.remarks for line in _remark(one.label, values_at(read.document, one.path))]
    return "\n".join(dict.fromkeys([*names, *read.all("texts"), *remarks, *read.kept]))


def _remark(label: str, values: Sequence[object]) -> list[str]:
    """A value with its label; the label alone for yes, nothing for no."""
    lines = []
    for value in values:
        text = "true" if value is True else text_of(value)
        if text.casefold() not in _NO:
            lines.append(label if text.casefold() in _YES and label else f"{label}: {text}" if label else text)
    return lines
