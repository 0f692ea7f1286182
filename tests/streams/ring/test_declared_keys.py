"""What the log declares about keys, in any order of the writers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ring import KeyRing, KeyState, KeyUse
from streams.ring.declared_keys import DeclaredKeys, KeyRecord, KeyStep, record_of
from streams.ring.key_ring import new_key

OLD, NEW = (new_key(KeyUse.DATA, KeyState.ACTIVE, bytes([number]) * 32) for number in (1, 2))
FOUNDED, ADDED, ACTIVATED, RETIRED = KeyStep


def step(key: object, what: KeyStep) -> KeyRecord:
    assert key in (OLD, NEW)
    return record_of(OLD if key is OLD else NEW, what, by="test", at_ms=0)


@pytest.mark.parametrize(
    ("steps", "states"),
    [
        ([(OLD, FOUNDED)], "active"),
        # Two processes that start at once: the first in the log counts.
        ([(OLD, FOUNDED), (NEW, FOUNDED)], "active"),
        ([(OLD, FOUNDED), (NEW, ADDED)], "active accepted"),
        ([(OLD, FOUNDED), (NEW, ADDED), (NEW, ACTIVATED)], "accepted active"),
        ([(OLD, FOUNDED), (NEW, ADDED), (NEW, ACTIVATED), (OLD, RETIRED)], "retired active"),
        # Without effect: a key that nobody has added, a retired one, the active one.
        ([(OLD, FOUNDED), (NEW, ACTIVATED)], "active"),
        ([(OLD, FOUNDED), (NEW, ADDED), (NEW, RETIRED), (NEW, ACTIVATED)], "active retired"),
        ([(OLD, FOUNDED), (OLD, RETIRED)], "active"),
        # Back to the key before.
        ([(OLD, FOUNDED), (NEW, ADDED), (NEW, ACTIVATED), (OLD, ACTIVATED)], "active accepted"),
    ],
)
def test_the_order_of_the_log_decides(steps: list[tuple[object, KeyStep]], states: str) -> None:
    declared = DeclaredKeys().after_all(step(*one) for one in steps)

    assert " ".join(declared.states.values()) == states


@given(st.lists(st.tuples(st.sampled_from([OLD, NEW]), st.sampled_from(list(KeyStep))), max_size=12))
def test_a_use_never_has_two_active_keys_and_never_loses_its_active_one(steps: list[tuple[object, KeyStep]]) -> None:
    declared = DeclaredKeys()
    had_one = False
    for one in steps:
        declared = declared.after(step(*one))
        active = [state for state in declared.states.values() if state is KeyState.ACTIVE]
        assert len(active) <= 1
        assert len(active) == 1 or not had_one
        had_one = had_one or bool(active)


def test_a_ring_is_the_wrong_one_without_a_declared_key_or_with_another_under_its_id() -> None:
    declared = DeclaredKeys().after_all([step(OLD, FOUNDED), step(NEW, ADDED)])
    forged = KeyRecord(key_id=OLD.id, use=KeyUse.DATA, check="0" * 32, step=FOUNDED, by="test", at_ms=0)

    assert declared.lacking(KeyRing([OLD, new_key(KeyUse.DATA, KeyState.ACCEPTED, NEW.key)]), KeyUse) == []
    (problem,) = declared.lacking(KeyRing([OLD]), [KeyUse.DATA])
    assert problem == f"the deployment uses the accepted data key {NEW.id}, which the key ring lacks"
    assert declared.lacking(KeyRing([OLD]), [KeyUse.SESSION]) == []
    (problem,) = DeclaredKeys().after(forged).lacking(KeyRing([OLD]), [KeyUse.DATA])
    assert problem == f"the key ring holds another key as {OLD.id}: the check value in the log differs"
