"""The keys of a file, loaded again when the file changes, without a restart of the process."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from streams import clock, event_loop, metrics
from streams.tokens.claims import Bearer
from streams.tokens.key_set import BadKeys
from streams.tokens.token_keys import read_keys
from streams.watched_files import WatchedFiles

CHECK_EVERY_S = 1.0
_log = structlog.get_logger(__name__)


class KeyFile:
    """Verifies tokens with the present keys of a file.

    The file is checked at most once in `CHECK_EVERY_S`, by `verify` and by a task between `start` and `stop`. A file that cannot
    be used keeps the previous keys in force and sets `is_refused`. `on_change` is called after the set of keys has changed.
    """

    def __init__(
        self,
        path: Path,
        *,
        is_strict: bool = False,
        monotonic_s: Callable[[], float] = clock.monotonic_s,
    ) -> None:
        """`is_strict` as for `TokenKeys`. Raises BadKeys: there are no previous keys to keep."""
        self._is_strict = is_strict
        self.is_refused = False
        self.on_change: Callable[[], None] | None = None
        self._path = path
        self._monotonic_s = monotonic_s
        self._task: asyncio.Task[None] | None = None
        self._file = WatchedFiles(path)
        self._content, self._keys = read_keys(path, is_strict=is_strict)
        self._checked_s = monotonic_s()
        self._report()

    async def start(self) -> None:
        """Checks the file also while no requests come in, so that live views end with their keys."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        await event_loop.cancel(self._task)

    def verify(self, token: str, *, now_s: int) -> Bearer:
        """As `TokenKeys.verify`, with the present keys. Raises BadToken."""
        if self._monotonic_s() - self._checked_s >= CHECK_EVERY_S:
            self.check()
        return self._keys.verify(token, now_s=now_s)

    def accepts(self, bearer: Bearer) -> bool:
        """Whether the key that signed the token is still in the set. Does not check the expiry."""
        return self._keys.accepts(bearer)

    def check(self) -> None:
        """Loads the keys if the file has changed. Never raises for a file that cannot be used.

        Blocks for one `stat`, and for reading some kilobytes after a change.
        """
        self._checked_s = self._monotonic_s()
        if not self._file.may_have_changed():
            return
        try:
            content, keys = read_keys(self._path, is_strict=self._is_strict)
        except BadKeys as error:
            self._refuse(error)
            return
        self.is_refused = False
        # Replaced only if they differ: a new set starts with an empty cache of verified tokens.
        if content != self._content:
            self._content, self._keys = content, keys
            metrics.TOKEN_KEY_RELOADS.labels(outcome="loaded").inc()
            self._report()
            if self.on_change is not None:
                self.on_change()

    def _refuse(self, error: BadKeys) -> None:
        # Once for each time that the file becomes invalid, not every second.
        if not self.is_refused:
            metrics.TOKEN_KEY_RELOADS.labels(outcome="refused").inc()
            _log.error("token keys cannot be reloaded; the previous keys remain in force", reason=str(error))
        self.is_refused = True

    def _report(self) -> None:
        # With the ids, so that a rotation can be followed in the logs of all API processes.
        _log.info("token keys are in force", kids=self._keys.kids, skipped=self._keys.skipped)
        for warning in self._keys.warnings:
            _log.warning("token keys are not protected", reason=warning)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            self.check()
