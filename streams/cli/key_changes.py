"""One change of keys by a command: the ring file, what the log declares, and the audit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from streams import clock
from streams.cli import audited
from streams.readers.key_log import KeyLog
from streams.ring import KeyRing, KeyState, KeyUse, LiveRing, RingKey
from streams.ring.declared_keys import DeclaredKeys, KeyStep, record_of
from streams.settings import Settings
from streams.wire import AuditRecord


class KeyChange:
    """`file_ring`: the ring as it is stored. `ring`: the same keys with the states of the log; retired keys still read."""

    def __init__(self, log: KeyLog, file_ring: KeyRing, by: str) -> None:
        self._log = log
        self._by = by
        self.file_ring = file_ring
        self.entries: list[AuditRecord] = []

    @property
    def declared(self) -> DeclaredKeys:
        return self._log.declared

    @property
    def ring(self) -> KeyRing:
        # Whatever is still sealed under a retired key is to be found, counted and sealed again.
        reading = {KeyState.RETIRED: KeyState.ACCEPTED}
        states = {name: reading.get(state, state) for name, state in self.declared.states.items()}
        return self.file_ring.with_states(states)

    def rows(self) -> list[dict[str, Any]]:
        """Each key with its state in the ring file and in the log; `-` where it is unknown."""
        held = {key.id: key for key in self.file_ring.keys}
        rows = []
        for key_id in sorted({*held, *self.declared.keys}):
            use = held[key_id].use if key_id in held else self.declared.keys[key_id].use
            in_file = str(held[key_id].state) if key_id in held else "-"
            rows.append(
                {"id": key_id, "use": str(use), "file": in_file, "state": str(self.declared.states.get(key_id, "-"))}
            )
        return rows

    async def declare(self, key: RingKey, step: KeyStep) -> DeclaredKeys:
        """Raises LogUnavailable."""
        return await self._log.write([record_of(key, step, by=self._by, at_ms=clock.now_ms())])

    def audit(self, action: str, key_id: str) -> None:
        """Written when `changing` ends, also after an error."""
        self.entries.append(audited.entry(self._by, action, key_id))


@asynccontextmanager
async def looking(settings: Settings) -> AsyncIterator[KeyChange]:
    """Context manager: reads the keys; works with an incomplete ring too. Raises SettingsError, LogUnavailable."""
    ring = LiveRing.of(settings)
    log = KeyLog(settings, "keys-list", ring)
    try:
        await log.read_to_end()
        yield KeyChange(log, ring.now, "")
    finally:
        await log.stop()


@asynccontextmanager
async def changing(settings: Settings, by: str) -> AsyncIterator[KeyChange]:
    """Context manager for a change.

    Raises:
        WrongRing: the ring of this machine lacks a declared key; a file written from it would be incomplete.
        SettingsError: there is no ring.
        LogUnavailable: Kafka does not answer.
    """
    ring = LiveRing.of(settings)
    file_ring = ring.now
    uses = [use for use in KeyUse if file_ring.readers(use)]
    log = KeyLog(settings, "keys-change", ring, uses=uses)
    change = KeyChange(log, file_ring, by)
    try:
        await log.start()
        # The command reads the log itself, whenever it has written to it.
        await log.stop_following()
        try:
            yield change
        finally:
            if change.entries:
                await audited.write(settings, ring.now, change.entries)
    finally:
        await log.stop()
