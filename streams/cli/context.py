"""The settings of a command, completed from the local stack that runs in KOMEK_DATA."""

import asyncio
import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from streams import settings as all_settings
from streams.backup.faults import HalfLog
from streams.backup.target import require_whole
from streams.cli.errors import UNREACHABLE, WRONG_USE, CommandFailed
from streams.errors import BrokerError, LogUnavailable
from streams.local import stackfile
from streams.local.folder import Folder
from streams.readers.key_log import KeyLog, WrongRing
from streams.ring import KeyUse, LiveRing
from streams.ring.live_ring import require
from streams.settings import Settings


def settings_here(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; unset addresses and keys are taken from the running local stack.

    Raises:
        SettingsError: as `settings.load`.
    """
    settings = all_settings.load(os.environ if environ is None else environ)
    folder = Folder(root=settings.data)
    found: dict[str, Any] = {}
    running = stackfile.read(folder.stack_file)
    if running is not None:
        settings = stackfile.completed(settings, running)
    if settings.jwt_keys is None and folder.jwt_keys.exists():
        found["jwt_keys"] = folder.jwt_keys
    if settings.data_key is not None or settings.data_keys is not None:
        return replace(settings, **found)
    if folder.data_keys.exists():
        found["data_keys"] = folder.data_keys
    elif folder.data_key.exists():
        # Parsed by the settings, so that a key from the file is checked like one from the environment.
        kept = {"KOMEK_DATA_KEY": folder.data_key.read_text("ascii").strip()}
        found["data_key"] = all_settings.load(kept).data_key
    return replace(settings, **found)


def settings_of_whole_log() -> Settings:
    """As `settings_here`, for a command that reads or writes the log or Redis itself: half an import is not shown or changed.

    Raises:
        SettingsError: as `settings.load`.
        CommandFailed: an import has begun and has not ended, or Kafka does not answer.
    """
    settings = settings_here()
    try:
        with broker_errors_reported():
            require_whole(settings)
    except HalfLog as half:
        raise CommandFailed(str(half), half.cure) from half
    return settings


def check_ring(settings: Settings, client_id: str, *uses: KeyUse) -> None:
    """Checks that the key ring is that of the deployment, and declares it in a new one (`streams.readers.key_log`).

    Raises:
        SettingsError: no ring, or one without an active key of these uses.
        CommandFailed: another deployment's ring, or Kafka does not answer.
    """
    ring = LiveRing.of(settings)
    require(ring.now, *uses)

    async def checked() -> None:
        log = KeyLog(settings, client_id, ring, uses=uses)
        await log.start()
        await log.stop()

    try:
        asyncio.run(checked())
    except WrongRing as error:
        cure = (
            "Give this process the key ring of the deployment (KOMEK_DATA_KEYS); `komek keys list` shows what it uses."
        )
        raise CommandFailed(str(error), cure, WRONG_USE) from error
    except LogUnavailable as error:
        raise CommandFailed(str(error), "Check KOMEK_KAFKA, then repeat.", UNREACHABLE) from error


@contextlib.contextmanager
def log_errors_reported() -> Iterator[None]:
    """Context manager: as `broker_errors_reported`, for reads and writes of the log."""
    try:
        with broker_errors_reported():
            yield
    except LogUnavailable as trouble:
        raise CommandFailed(str(trouble), "Start Kafka, or set KOMEK_KAFKA.", UNREACHABLE) from trouble


@contextlib.contextmanager
def broker_errors_reported() -> Iterator[None]:
    """Context manager: ends the command with exit code 3 when Kafka does not answer."""
    try:
        yield
    except BrokerError as trouble:
        raise CommandFailed(str(trouble), trouble.cure, UNREACHABLE) from trouble
