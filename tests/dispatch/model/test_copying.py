"""Copies are what `dataclasses.replace` makes, for classes with and without slots."""

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from dispatch.model.copying import changed


@dataclass(frozen=True, kw_only=True)
class Plain:
    name: str
    count: int = 0
    note: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slotted:
    name: str
    count: int = 0
    note: str = field(default="", compare=False)


@pytest.mark.parametrize("kind", [Plain, Slotted])
def test_a_copy_differs_in_what_was_changed_alone(kind: type[Plain] | type[Slotted]) -> None:
    before = kind(name="a", count=1, note="n")

    for changes in ({}, {"count": 2}, {"name": "b", "count": 0}, {"note": "other"}):
        made = changed(before, **changes)
        assert made == replace(before, **changes)
        assert (type(made), made.note) == (kind, changes.get("note", "n"))
    assert before == kind(name="a", count=1)


@pytest.mark.parametrize("kind", [Plain, Slotted])
def test_a_field_that_does_not_exist_is_refused(kind: type[Plain] | type[Slotted]) -> None:
    with pytest.raises(TypeError, match=rf"{kind.__name__} has no \['cuont'\]"):
        changed(kind(name="a"), cuont=2, count=1)


@pytest.mark.parametrize("kind", [Plain, Slotted])
def test_a_copy_is_frozen_and_hashable(kind: type[Plain] | type[Slotted]) -> None:
    made = changed(kind(name="a"), count=3)

    assert hash(made) == hash(kind(name="a", count=3))
    with pytest.raises(FrozenInstanceError):
        made.count = 4  # type: ignore[misc]
