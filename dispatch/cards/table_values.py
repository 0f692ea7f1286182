"""Values of a TOML table, checked: a wrong one is refused with its place and what was expected."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

Word = TypeVar("Word", bound=StrEnum)


class BadTable(ValueError):
    """A table that cannot be used; the message has the place and what was expected."""


def check_known(table: Mapping[str, Any], names: set[str], where: str) -> None:
    if unknown := set(table) - names:
        raise BadTable(f"{where}: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(names))}")


def sub_table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name, {})
    if not isinstance(value, dict):
        raise BadTable(f"{name}: expected a table")
    return value


def tables_of(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = raw.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BadTable(f"{name}: expected tables [[{name}]]")
    return value


def words_of(raw: Mapping[str, Any], name: str, where: str = "") -> Mapping[str, str]:
    value = sub_table(raw, name)
    if not all(isinstance(word, str) for word in value.values()):
        raise BadTable(f"{where}{'.' if where else ''}{name}: expected texts")
    return {key.casefold() if not where else key: word for key, word in value.items()}


def list_of(table: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise BadTable(f"{where}.{name}: expected a list of texts")
    return tuple(value)


def text_value(table: Mapping[str, Any], name: str, where: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise BadTable(f"{where}.{name}: expected a text")
    return value


def word_of(kind: type[Word], value: Any, where: str) -> Word:
    try:
        return kind(value)
    except ValueError:
        raise BadTable(f"{where}: expected one of {', '.join(kind)}, found {value!r}") from None
