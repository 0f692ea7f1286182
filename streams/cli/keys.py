"""`komek keys`: list, add, rotate and retire the keys of the deployment, while everything runs."""

import asyncio
import secrets
from collections.abc import Awaitable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dispatch.model.counted import counted as number_of
from dispatch.model.plain_reason import plain_reason
from dispatch.ports import NotReady, StoreUnavailable
from streams import logs
from streams.cli.context import settings_here, settings_of_whole_log
from streams.cli.errors import FAILED, UNREACHABLE, WRONG_USE, CommandFailed
from streams.cli.key_changes import KeyChange, changing, looking
from streams.cli.output import print_json, print_table
from streams.errors import IntakeError, LogUnavailable
from streams.local.folder import Folder
from streams.local.keys import ensure_vapid_key
from streams.notices.vapid import BadVapidKey, load_private, public_text
from streams.ring import KeyRing, KeyState, KeyUse, RingKey
from streams.ring.declared_keys import KeyStep
from streams.ring.key_ring import KEY_BYTES, new_key
from streams.ring.ring_file import write_ring
from streams.rotation.leftovers import Leftovers, count_leftovers
from streams.rotation.reseal import RATE, Resealed, Resealer
from streams.settings import Settings
from streams.store import RedisClient
from streams.store.reads import Reads
from streams.store.redis_target import target_of

app = typer.Typer(no_args_is_help=True, help="List, add, rotate and retire the keys that encrypt and sign.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str, typer.Option("--by", help="Opaque id of the person, for the audit topic.")]
KeyId = Annotated[str, typer.Argument(help="Id of a key, as `komek keys list` shows it.")]
DIGEST_STAYS = (
    "the digest key is never changed: ids of commands and incidents' external ids are compared by it, so a repeated request "
    "would take effect twice"
)
T = TypeVar("T")


@app.command("list")
def show(
    count: Annotated[
        bool, typer.Option("--count", help="Also count the records under each key (reads `private`).")
    ] = False,
    json: Json = False,
) -> None:
    """List the keys of this machine's ring and those that the deployment has declared."""
    settings = _settings()

    async def found() -> tuple[list[dict[str, Any]], Leftovers | None]:
        async with looking(settings) as change:
            counted = await _leftovers(settings, change) if count else None
            return change.rows(), counted

    rows, counted = _run(found())
    if counted:
        for row in rows:
            row |= {"in_log": counted.in_log.get(row["id"], 0), "in_redis": counted.in_redis.get(row["id"], 0)}
    if json:
        print_json({"keys": rows, **({"unreadable": counted.unreadable, "hidden": counted.hidden} if counted else {})})
        return
    columns = list(rows[0]) if rows else ["id"]
    print_table(
        "Keys",
        columns,
        [[str(value) for value in row.values()] for row in rows],
        empty="no keys; `komek keys add` makes one",
    )
    if counted and counted.unreadable:
        print(f"{number_of(counted.unreadable, 'record opens', 'records open')} with no key of this ring")


@app.command()
def add(
    use: Annotated[KeyUse, typer.Option("--use", help="What the key is for.")] = KeyUse.DATA,
    by: By = "cli",
    json: Json = False,
) -> None:
    """Add a key to the ring file. It reads from then on, and makes nothing new before `komek keys rotate`."""
    if use is KeyUse.DIGEST:
        raise CommandFailed(f"no second digest key: {DIGEST_STAYS}", "Add a data or a session key.", WRONG_USE)
    settings = _settings()
    key = new_key(use, KeyState.ACCEPTED, secrets.token_bytes(KEY_BYTES))
    path = settings.data_keys or Folder(root=settings.data).data_keys

    async def added() -> None:
        async with changing(settings, by) as change:
            # The file first: a key that is declared and lost could never be given to anybody.
            _write(path, [*change.file_ring.keys, key])
            await change.declare(key, KeyStep.ADDED)
            change.audit("keys.add", key.id)

    _run(added())
    if json:
        print_json({"id": key.id, "file": str(path)})
        return
    print(f"added {key.id} to {path}")
    if settings.data_keys is None:
        print(
            f"Restart every process with KOMEK_DATA_KEYS={path} instead of KOMEK_DATA_KEY; later changes need no restart."
        )
    print("Copy the file to every process that needs the key (alarm data_key_missing: one lacks it), then:")
    print(f"  komek keys rotate {key.id}")


@app.command()
def rotate(
    key_id: KeyId,
    rate: Annotated[int, typer.Option("--rate", min=1, help="Records sealed again per second, at most.")] = RATE,
    by: By = "cli",
    json: Json = False,
) -> None:
    """Make a key active, and seal the private records of older data keys again under it. Repeat it after an interruption."""
    settings = _settings()

    async def rotated() -> Resealed | None:
        async with changing(settings, by) as change:
            key = _held(change, key_id)
            if key.use is KeyUse.DIGEST:
                raise CommandFailed(DIGEST_STAYS, "Rotate a data or a session key.", WRONG_USE)
            if change.declared.states.get(key_id) is not KeyState.ACTIVE:
                declared = await change.declare(key, KeyStep.ACTIVATED)
                if declared.active(key.use) != key_id:
                    raise CommandFailed(f"{key_id} cannot become active: it is {declared.states.get(key_id)}", _ADD_ONE)
                change.audit("keys.rotate", key_id)
            _write_states(settings, change)
            if key.use is not KeyUse.DATA:
                return None
            done = await _resealed(settings, change, rate, quiet=json)
            change.audit("keys.resealed", key_id)
            return done

    done = _run(rotated())
    if json:
        print_json({"active": key_id, **(asdict(done) if done else {})})
    elif done is None:
        print(f"{key_id} is active")
    else:
        print(f"{key_id} is active; {number_of(done.written, 'record')} sealed again, {done.unreadable} unreadable")
    if done is not None and done.lost:
        raise CommandFailed(
            f"{number_of(done.lost, 'newer record')} had been removed by compaction", "Restore them from a backup."
        )


@app.command()
def retire(key_id: KeyId, by: By = "cli", json: Json = False) -> None:
    """Retire a key that nothing is sealed under any more. The entry stays in the file until you delete it."""
    settings = _settings()

    async def retired() -> None:
        async with changing(settings, by) as change:
            key = _held(change, key_id)
            if change.declared.states.get(key_id) is KeyState.ACTIVE:
                raise CommandFailed(f"{key_id} is active", "`komek keys rotate` makes another key active.", WRONG_USE)
            if key.use is KeyUse.DATA:
                _refuse_leftovers(key_id, await _leftovers(settings, change))
            await change.declare(key, KeyStep.RETIRED)
            change.audit("keys.retire", key_id)
            _write_states(settings, change)

    _run(retired())
    if json:
        print_json({"retired": key_id})
    else:
        print(f"{key_id} is retired. `komek keys list --count` in a day; then delete its entry from every ring file.")


VAPID_CURE = "Correct its rights, or name another file by KOMEK_VAPID_KEY; it is made."
_ADD_ONE = "A retired key never comes back: add another with `komek keys add`."


@app.command()
def vapid(json: Json = False) -> None:
    """Shows the key of Web Push, which is made if there is none. With another key every browser must subscribe anew."""
    settings = settings_here()
    path = settings.vapid_key or Folder(root=settings.data).vapid_key
    is_new = not path.exists()
    try:
        public = public_text(load_private(ensure_vapid_key(path)))
    except BadVapidKey as error:
        raise CommandFailed(str(error), VAPID_CURE, WRONG_USE) from None
    except OSError as error:
        raise CommandFailed(f"{path}: {plain_reason(error)}", VAPID_CURE, WRONG_USE) from None
    if json:
        print_json({"file": str(path), "public": public, "is_new": is_new})
    else:
        print(f"{path}{' (made now)' if is_new else ''}\npublic key  {public}")


def _settings() -> Settings:
    logs.configure("error", "cli")
    return settings_of_whole_log()


def _held(change: KeyChange, key_id: str) -> RingKey:
    key = change.ring.get(key_id)
    if key is None or key_id not in change.declared.keys:
        raise CommandFailed(
            f"{key_id}: no such key in the ring file and the log", "`komek keys list` shows them.", WRONG_USE
        )
    return key


def _refuse_leftovers(key_id: str, found: Leftovers) -> None:
    """Raises CommandFailed when something is still sealed under the key, or when that cannot be excluded."""
    in_log, in_redis = found.in_log.get(key_id, 0), found.in_redis.get(key_id, 0)
    if in_log or in_redis or found.hidden:
        raise CommandFailed(
            f"{key_id} is still needed: {number_of(in_log, 'record')} in the log and {in_redis} in Redis are sealed under it, "
            f"{found.hidden} wait to be written again",
            "`komek keys rotate` with the active key seals them again; workers bring the copies in Redis up to date.",
            FAILED,
        )


async def _leftovers(settings: Settings, change: KeyChange) -> Leftovers:
    link = RedisClient(target_of(settings))
    try:
        return await count_leftovers(settings, change.ring, Reads(link).privates)
    finally:
        await link.close()


async def _resealed(settings: Settings, change: KeyChange, rate: int, *, quiet: bool) -> Resealed:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, disable=quiet, transient=True) as progress:
        task = progress.add_task("sealing again", total=None)

        async def tell(done: int, left: int) -> None:
            progress.update(task, completed=done, total=done + left)

        return await Resealer(settings, change.ring, rate=rate).run(tell)


def _write(path: Path, keys: list[RingKey]) -> None:
    try:
        write_ring(path, KeyRing(keys))
    except OSError as error:
        raise CommandFailed(
            f"{path} cannot be written: {plain_reason(error)}", "Run this where the ring file is kept."
        ) from error


def _write_states(settings: Settings, change: KeyChange) -> None:
    """The states of the log in the file, so that the two never disagree for long. The log counts."""
    if settings.data_keys is not None:
        _write(settings.data_keys, list(change.file_ring.with_states(change.declared.states).keys))


def _run(work: Awaitable[T]) -> T:
    async def awaited() -> T:
        return await work

    try:
        return asyncio.run(awaited())
    except (LogUnavailable, IntakeError, StoreUnavailable, NotReady) as trouble:
        raise CommandFailed(str(trouble), "Repeat the command: every step may be repeated.", UNREACHABLE) from trouble
