"""The ring that one process uses: keys of the settings or of a file that is reloaded, with the states that the log declares."""

from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from streams import clock, metrics
from streams.ring.key_ring import BadRing, KeyMissing, KeyRing, KeyState, KeyUse
from streams.ring.ring_file import read_ring
from streams.settings import Settings, SettingsError
from streams.watched_files import WatchedFiles

CHECK_EVERY_S = 1.0
MOST_UNKNOWN = 20
"""Whoever may write to `private` can invent ids of keys."""
_log = structlog.get_logger(__name__)


class LiveRing:
    """`now` is the ring in force. The file is checked at most once in `CHECK_EVERY_S`, whenever the ring is used.

    A file that cannot be used keeps the previous keys in force and sets `is_refused`. What the log declares about a key
    (`declare`) takes precedence over the file, so every process seals under the same key from the same moment on.
    """

    def __init__(
        self, ring: KeyRing, path: Path | None = None, *, monotonic_s: Callable[[], float] = clock.monotonic_s
    ) -> None:
        """`path`: the file that `ring` was read from; None: the ring never changes."""
        self.is_refused = False
        self._path = path
        self._monotonic_s = monotonic_s
        self._checked_s = monotonic_s()
        # A change between reading and here is seen by the first look, which is always followed by reading.
        self._file = WatchedFiles(*[path] if path is not None else [])
        self._content: bytes | None = None
        self._of_file = ring
        self._declared: Mapping[str, KeyState] = {}
        self._now = ring
        self._met_unknown: set[str] = set()
        self._reported: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings, *, monotonic_s: Callable[[], float] = clock.monotonic_s) -> "LiveRing":
        """The ring that the settings name.

        Raises:
            SettingsError: neither KOMEK_DATA_KEYS nor KOMEK_DATA_KEY is set, or the file cannot be used.
        """
        if settings.data_keys is not None:
            try:
                return cls(read_ring(settings.data_keys)[1], settings.data_keys, monotonic_s=monotonic_s)
            except BadRing as error:
                raise SettingsError(str(error)) from error
        return cls(KeyRing.of_key(settings.require_data_key()), monotonic_s=monotonic_s)

    @property
    def now(self) -> KeyRing:
        """The ring in force."""
        self._check_in_time()
        return self._now

    @property
    def missing(self) -> tuple[str, ...]:
        """Ids of keys that the deployment uses and this ring lacks, and of unknown keys that records named."""
        self._check_in_time()
        return self._missing()

    def _missing(self) -> tuple[str, ...]:
        held = {key.id for key in self._now.keys}
        declared = {key_id for key_id, state in self._declared.items() if state is not KeyState.RETIRED}
        return tuple(sorted((self._needed(declared) | self._met_unknown) - held))

    def met(self, key_id: str) -> None:
        """Notes that a record names a key that the ring does not hold."""
        if len(self._met_unknown) < MOST_UNKNOWN:
            self._met_unknown.add(key_id)
            self._report_missing()

    def is_declared(self, key_id: str | None) -> bool:
        """Whether the log says that the deployment has, or had, this key."""
        return key_id in self._declared

    def declare(self, states: Mapping[str, KeyState]) -> None:
        """Takes over what the log declares: the state of each key of the deployment."""
        self._declared = dict(states)
        self._overlay()

    def _check_in_time(self) -> None:
        if self._path is not None and self._monotonic_s() - self._checked_s >= CHECK_EVERY_S:
            self.check()

    def check(self) -> None:
        """Loads the file again if it has changed. Never raises for a file that cannot be used."""
        self._checked_s = self._monotonic_s()
        if self._path is None:
            return
        if not self._file.may_have_changed():
            return
        try:
            content, ring = read_ring(self._path)
        except BadRing as error:
            self._refuse(error)
            return
        self.is_refused = False
        if content != self._content:
            self._content, self._of_file = content, ring
            self._overlay()
            metrics.KEY_RING_RELOADS.labels(outcome="loaded").inc()
            _log.info("data keys are in force", keys={key.id: key.state.value for key in self._now.keys})

    def _overlay(self) -> None:
        ring = self._of_file.with_states(self._declared)
        # A process that lacks the active key goes on under one that all others can read, and raises the alarm: a report must
        # not be refused because a file is distributed slowly.
        for use in KeyUse:
            readers = ring.readers(use)
            if readers and readers[0].state is not KeyState.ACTIVE:
                ring = ring.with_states({readers[0].id: KeyState.ACTIVE})
        self._now = ring
        self._met_unknown -= {key.id for key in ring.keys}
        self._report_missing()

    def _report_missing(self) -> None:
        # Workers have no alarm of their own; once for each change, because it is called for every record.
        missing = self._missing()
        if missing != self._reported and missing:
            _log.error("data keys are missing", keys=list(missing))
        self._reported = missing

    def _needed(self, declared: set[str]) -> set[str]:
        """Only keys of the uses that this ring has at all: a worker's ring has no digest and no session key."""
        uses = {str(key.use) for key in self._now.keys} | {str(KeyUse.DATA)}
        return {key_id for key_id in declared if key_id.partition("-")[0] in uses}

    def _refuse(self, error: BadRing) -> None:
        # Once for each time that the file becomes invalid, not every second.
        if not self.is_refused:
            metrics.KEY_RING_RELOADS.labels(outcome="refused").inc()
            _log.error("data keys cannot be reloaded; the previous keys remain in force", reason=str(error))
        self.is_refused = True


def ring_of(settings: Settings, ring: LiveRing | None) -> LiveRing:
    """The given ring, else the one of the settings. Raises SettingsError."""
    return ring if ring is not None else LiveRing.of(settings)


def require(ring: KeyRing, *uses: KeyUse) -> None:
    """Checks that the ring has an active key of each use.

    Raises:
        SettingsError: it has none.
    """
    for use in uses:
        try:
            ring.active(use)
        except KeyMissing as error:
            raise SettingsError(f"KOMEK_DATA_KEYS: expected an active {use} key: {error}") from error
