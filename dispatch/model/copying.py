"""Fast copies of frozen dataclasses."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")
_Field = tuple[str, Callable[[object], Any], Callable[[object, Any], None]]
_slots: dict[type, tuple[_Field, ...]] = {}
"""Name, getter and setter of each field of the classes with slots that were copied."""


def changed(of: T, /, **changes: Any) -> T:
    """Like `dataclasses.replace`, in a tenth of its time (a quarter for a class with slots): each decision replaces records of
    the state dozens of times.

    Only for frozen dataclasses without `__post_init__`.

    Raises:
        TypeError: the class has no such field.
    """
    # Without __init__: it would set every field again through object.__setattr__, which is what makes `replace` slow.
    made = object.__new__(type(of))
    known: dict[str, Any] | None = getattr(of, "__dict__", None)
    if known is None:
        _copy_slots(of, made, changes)
        return made
    made.__dict__.update(known)
    made.__dict__.update(changes)
    # A misspelt field would otherwise become an extra attribute and be lost on the wire.
    if len(made.__dict__) != len(known):
        raise _no_field(of, changes.keys() - known.keys())
    return made


def _copy_slots(of: object, made: object, changes: dict[str, Any]) -> None:
    known = _slots.get(type(of)) or _noted(type(of))
    left = len(changes)
    for name, read, write in known:
        if name in changes:
            write(made, changes[name])
            left -= 1
        else:
            write(made, read(of))
    if left:
        raise _no_field(of, changes.keys() - {name for name, _, _ in known})


def _noted(kind: Any) -> tuple[_Field, ...]:
    members = [(field.name, getattr(kind, field.name)) for field in fields(kind)]
    _slots[kind] = tuple((name, member.__get__, member.__set__) for name, member in members)
    return _slots[kind]


def _no_field(of: object, names: set[str]) -> TypeError:
    return TypeError(f"{type(of).__name__} has no {sorted(names)}")
