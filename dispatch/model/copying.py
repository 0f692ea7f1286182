"""Fast copies of frozen dataclasses."""

from typing import Any, TypeVar

T = TypeVar("T")


def changed(of: T, /, **changes: Any) -> T:
    """Like `dataclasses.replace`, in a tenth of its time: each decision replaces records of the state dozens of times.

    Only for frozen dataclasses without slots and without `__post_init__`.

    Raises:
        TypeError: the class has no such field.
    """
    # Without __init__: it would set every field again through object.__setattr__, which is what makes `replace` slow.
    made = object.__new__(type(of))
    fields = made.__dict__
    fields.update(of.__dict__)
    fields.update(changes)
    # A misspelt field would otherwise become an extra attribute and be lost on the wire.
    if len(fields) != len(of.__dict__):
        raise TypeError(f"{type(of).__name__} has no {sorted(changes.keys() - of.__dict__.keys())}")
    return made
