"""Writes plain data as YAML in block style: mappings, lists, texts, numbers, booleans. Keys keep their order."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z/.][A-Za-z0-9_./@-]*( [A-Za-z0-9_./@-]+)*")
"""What needs no quotes, less the words below."""
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def yaml_text(data: Mapping[str, Any]) -> str:
    return "".join(f"{line}\n" for line in _lines(data))


def _lines(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _entry(f"{_scalar(key)}:", value)
    else:
        for value in data:
            yield from _item(value)


def _entry(head: str, value: Any) -> Iterator[str]:
    if _is_inline(value):
        yield f"{head} {_inline(value)}"
    else:
        yield head
        yield from (f"  {line}" for line in _lines(value))


def _item(value: Any) -> Iterator[str]:
    if _is_inline(value):
        yield f"- {_inline(value)}"
    else:
        for number, line in enumerate(_lines(value)):
            yield ("  " if number else "- ") + line


def _is_inline(value: Any) -> bool:
    return not isinstance(value, Mapping | list | tuple) or not value


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    # A JSON text is a YAML text.
    return json.dumps(value, ensure_ascii=False)
