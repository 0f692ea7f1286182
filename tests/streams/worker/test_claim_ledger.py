"""Claims that no decision uses are released as soon as the decision of their command is known."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from dispatch.model.people import Hold
from dispatch.ports import Claim, Loaded
from streams.worker.claim_rounds import ClaimLedger


class Decided:
    """A store in which these commands have a decision."""

    def __init__(self, *commands: str) -> None:
        self.commands = commands
        self.released: list[Hold] = []

    async def load(self, commands: Sequence[tuple[str, str]]) -> tuple[int, list[Loaded]]:
        return 0, [Loaded(decided_at=1 if command in self.commands else None, incident=None) for command, _ in commands]

    async def release(self, holds: Sequence[Hold]) -> None:
        await asyncio.sleep(0)
        self.released += holds


def claim(command: str, volunteer: str) -> Claim:
    return Claim(
        volunteer_id=volunteer, offer_id=f"o-{command}-{volunteer}", incident_id="i-1", epoch=1, command_id=command
    )


@pytest.mark.parametrize(
    ("decided", "released", "kept"),
    [
        ((), [], ["c-1", "c-2"]),
        (("c-1",), ["o-c-1-v-1", "o-c-1-v-2"], ["c-2"]),
        (("c-1", "c-2"), ["o-c-1-v-1", "o-c-1-v-2", "o-c-2-v-3"], []),
    ],
)
async def test_claims_of_commands_that_a_successor_decided_are_released_at_once(
    decided: tuple[str, ...], released: list[str], kept: list[str]
) -> None:
    store: Any = Decided(*decided)
    ledger = ClaimLedger(store)
    for one in (claim("c-1", "v-1"), claim("c-1", "v-2"), claim("c-2", "v-3")):
        ledger.note(one)

    await ledger.release_decided()

    assert [hold.offer_id for hold in store.released] == released
    assert [command for command in ("c-1", "c-2") if command in ledger] == kept


async def test_two_lanes_of_a_batch_may_release_the_same_at_once() -> None:
    store: Any = Decided("c-1")
    ledger = ClaimLedger(store)
    ledger.note(claim("c-1", "v-1"))

    await asyncio.gather(ledger.release_decided(), ledger.release_decided())

    # Twice is harmless: a release names the hold, and does nothing where it is gone.
    assert {hold.offer_id for hold in store.released} == {"o-c-1-v-1"}
    assert "c-1" not in ledger
