"""The table of a deployment: which names and codes the cards of its neighbours have, and what they mean here. Read from TOML.

A deployer changes names and codes without code; `builtin.toml` is the example, and says what is only supposed.
"""

import codecs
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import timezone
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from dispatch.cards.card_values import offset_of
from dispatch.cards.received_card import Card, CardState, Kind
from dispatch.cards.table_values import (
    BadTable,
    check_known,
    list_of,
    sub_table,
    tables_of,
    text_value,
    word_of,
    words_of,
)
from dispatch.model.plain_reason import plain_reason
from dispatch.model.reasons import EndCode
from dispatch.model.vocabulary import Priority

BUILT_IN = Path(__file__).with_name("builtin.toml")
PATHS = (
    "number",
    "source",
    "form_version",
    "version",
    "changed_at",
    "reported_at",
    "lat",
    "lon",
    "srs",
    "service",
    "language",
    "status",
    "priority",
    "caller_name",
    "caller_phone",
    "texts",
    "replaced_by",
    "exercise",
)
"""Fields of a 112 card; each is a list of paths, of which the first that has a value counts."""


class Then(StrEnum):
    REPORT = "report"  # an incident of the type
    RECORD = "record"  # nothing but an entry in the ledger
    REFUSE = "refuse"  # told as a fault, and tried again by the next run


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRule:
    """`codes`: exactly as the source writes them. `names`: beginnings of words in the name, in any language. `services`,
    `sources`: narrow the rule. `requirements`: as in the body of a report; empty: those of the plan."""

    name: str
    then: Then
    type: str = ""
    priority: Priority | None = None
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    requirements: tuple[Mapping[str, Any], ...] = ()

    def fits(self, kind: Kind, source: str) -> bool:
        if (self.services and kind.service not in self.services) or (self.sources and source not in self.sources):
            return False
        if kind.code and kind.code in self.codes:
            return True
        # Beginnings of words, because Kazakh and Russian decline: "өрт", "пожара".
        said = "".join(letter if letter.isalnum() else " " for letter in kind.name.casefold())
        words = f" {' '.join(said.split())}"
        return any(f" {begin}" in words for begin in self.names) or not (self.codes or self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A path, and what is written before its value."""

    path: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EidoTable:
    """Words of the registries of EIDO, for both directions. `unknown_type`: for a type of ours that `types` does not have."""

    versions: tuple[str, ...]
    agency_roles: tuple[str, ...]
    agency_types: tuple[str, ...]
    locations: tuple[str, ...]
    unknown_type: str
    types: Mapping[str, str]
    statuses: Mapping[str, str]
    dispositions: Mapping[str, str]
    priorities: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTable:
    """`marker`: the path by which a 112 card is known. `kinds`: the path of the list of what happened. `zone`: of times without
    one. `srs`: reference systems whose numbers are WGS 84 degrees."""

    encoding: str
    marker: str
    zone: timezone | None
    form_versions: tuple[str, ...]
    srs: tuple[str, ...]
    paths: Mapping[str, tuple[str, ...]]
    kinds: str
    kind_code: str
    kind_name: str
    address: tuple[Labelled, ...]
    remarks: tuple[Labelled, ...]
    statuses: Mapping[str, CardState]
    languages: Mapping[str, str]
    priorities: Mapping[str, Priority]
    rules: tuple[CodeRule, ...]
    unknown: CodeRule
    eido: EidoTable = field(repr=False)

    def judge(self, card: Card) -> CodeRule | None:
        """The first rule that fits what the source names first; what it names next counts where nothing fits the first. None if
        no rule fits, and unknown codes are refused."""
        for kind in card.kinds:
            for rule in self.rules:
                if rule.fits(kind, card.source):
                    return rule
        return None if self.unknown.then is Then.REFUSE else self.unknown

    def without_plan(self, types: Collection[str]) -> list[str]:
        """One sentence for each rule whose type has no response plan."""
        return [
            f"rule {rule.name!r}: no response plan has the type {rule.type!r}"
            for rule in (*self.rules, self.unknown)
            if rule.type and rule.type not in types
        ]


def load(path: Path | None) -> CardTable:
    """The table in a file; None: the built-in one.

    Raises:
        BadTable: the file cannot be read, or as `table_of`.
    """
    return _read(path) if path else _built_in()


@cache
def _built_in() -> CardTable:
    return _read(BUILT_IN)


def _read(path: Path) -> CardTable:
    try:
        return table_of(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadTable) as error:
        raise BadTable(f"{path}: {plain_reason(error)}") from None


def table_of(text: str) -> CardTable:
    """The table in a TOML text.

    Raises:
        BadTable: not TOML, an unknown name, or a value that is not as expected.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTable(f"not TOML: {error}") from None
    known = {
        "form",
        "paths",
        "kinds",
        "address",
        "remarks",
        "statuses",
        "languages",
        "priorities",
        "rules",
        "unknown",
        "eido",
    }
    check_known(raw, known, "the table")
    form, paths, kinds = sub_table(raw, "form"), sub_table(raw, "paths"), sub_table(raw, "kinds")
    check_known(form, {"encoding", "marker", "utc_offset", "versions", "srs"}, "form")
    check_known(paths, set(PATHS), "paths")
    check_known(kinds, {"path", "code", "name"}, "kinds")
    return CardTable(
        encoding=_encoding(form),
        marker=text_value(form, "marker", "form"),
        zone=_zone(form),
        form_versions=list_of(form, "versions", "form"),
        srs=tuple(one.casefold() for one in list_of(form, "srs", "form")),
        paths={name: list_of(paths, name, "paths") for name in PATHS},
        kinds=text_value(kinds, "path", "kinds"),
        kind_code=text_value(kinds, "code", "kinds"),
        kind_name=text_value(kinds, "name", "kinds"),
        address=_labelled(raw, "address"),
        remarks=_labelled(raw, "remarks"),
        statuses={
            key: word_of(CardState, value, f"statuses.{key}") for key, value in words_of(raw, "statuses").items()
        },
        languages=words_of(raw, "languages"),
        priorities={
            key: word_of(Priority, value, f"priorities.{key}") for key, value in words_of(raw, "priorities").items()
        },
        rules=tuple(_rule(entry, f"rules[{number}]") for number, entry in enumerate(tables_of(raw, "rules"), 1)),
        unknown=_rule({"name": "unknown", **sub_table(raw, "unknown")}, "unknown"),
        eido=_eido(sub_table(raw, "eido")),
    )


def _rule(entry: Mapping[str, Any], where: str) -> CodeRule:
    check_known(entry, {one.name for one in fields(CodeRule)}, where)
    then = word_of(Then, entry.get("then"), f"{where}.then")
    kind = entry.get("type", "")
    if not isinstance(kind, str) or bool(kind) != (then is Then.REPORT):
        raise BadTable(f'{where}.type: expected an incident type with then = "report", and none otherwise')
    priority = entry.get("priority")
    lists = {name: list_of(entry, name, where) for name in ("codes", "names", "services", "sources")}
    if where != "unknown" and not any(lists[name] for name in ("codes", "names", "services")):
        raise BadTable(f"{where}: expected codes, names or services; a rule without them would take every card")
    return CodeRule(
        name=str(entry.get("name") or where),
        then=then,
        type=kind,
        priority=None if priority is None else word_of(Priority, priority, f"{where}.priority"),
        requirements=tuple(tables_of(entry, "requirements")),
        **{**lists, "names": tuple(name.casefold() for name in lists["names"])},
    )


def _eido(raw: Mapping[str, Any]) -> EidoTable:
    check_known(raw, {one.name for one in fields(EidoTable)}, "eido")
    numbers = sub_table(raw, "priorities")
    for name, number in numbers.items():
        if name not in set(Priority) or not isinstance(number, int) or not 0 <= number <= 10:
            raise BadTable(f"eido.priorities.{name}: expected a priority of ours with a number from 0 to 10")
    for name in ("versions", "locations"):
        if not list_of(raw, name, "eido"):
            raise BadTable(f"eido.{name}: expected one at least")
    for kind, name in ((CardState, "statuses"), (EndCode, "dispositions")):
        for word in words_of(raw, name, "eido"):
            word_of(kind, word, f"eido.{name}")
    return EidoTable(
        versions=list_of(raw, "versions", "eido"),
        agency_roles=list_of(raw, "agency_roles", "eido"),
        agency_types=list_of(raw, "agency_types", "eido"),
        locations=list_of(raw, "locations", "eido"),
        unknown_type=text_value(raw, "unknown_type", "eido"),
        types=words_of(raw, "types", "eido"),
        statuses=words_of(raw, "statuses", "eido"),
        dispositions=words_of(raw, "dispositions", "eido"),
        priorities=numbers,
    )


def _encoding(form: Mapping[str, Any]) -> str:
    name = text_value(form, "encoding", "form")
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise BadTable(f"form.encoding: expected an encoding such as utf-8 or windows-1251, found {name!r}") from None


def _zone(form: Mapping[str, Any]) -> timezone | None:
    stated = form.get("utc_offset", "")
    try:
        return offset_of(stated) if stated else None
    except (TypeError, ValueError):
        raise BadTable(f"form.utc_offset: expected an offset like +05:00, found {stated!r}") from None


def _labelled(raw: Mapping[str, Any], name: str) -> tuple[Labelled, ...]:
    entries = tables_of(raw, name)
    for number, entry in enumerate(entries, 1):
        check_known(entry, {"path", "label"}, f"{name}[{number}]")
    return tuple(Labelled(path=text_value(one, "path", name), label=str(one.get("label", ""))) for one in entries)
