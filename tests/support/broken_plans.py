"""Plan tables with one value of a wrong kind, at every place in turn."""

import copy
import tomllib
from collections.abc import Iterator
from typing import Any

from dispatch.plans.book import BUILT_IN

_KEPT_TYPES = ("information", "fire.wildland")
"""Together they use every kind of value; all types would only repeat them."""
_WRONG: tuple[Any, ...] = (True, -1, 1.5, "", "x", [], {}, [3], {"x": 1})


def plans_of_two_types() -> dict[str, Any]:
    """The built-in plans, reduced to two types, as TOML gives them."""
    raw = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))
    raw["types"] = {name: raw["types"][name] for name in _KEPT_TYPES}
    return raw


def broken_plans() -> Iterator[dict[str, Any]]:
    """One plan table for each place and each kind of value; a few of them are valid."""
    raw = plans_of_two_types()
    for *above, last in _places(raw):
        for wrong in _WRONG:
            table = copy.deepcopy(raw)
            inner: Any = table
            for key in above:
                inner = inner[key]
            inner[last] = wrong
            yield table


def _places(value: Any, *above: str | int) -> Iterator[tuple[str | int, ...]]:
    if above:
        yield above
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in inside:
        yield from _places(entry, *above, key)
