"""PostGIS as a peer: people in a table, searched by a KNN index, claimed with SKIP LOCKED. Nothing of Komek's is in it.

Tuned for the task: 1 GB of buffers, asynchronous commit, no full page images, room on each page for updates in place. It listens
on a socket in its own folder and is gone when the block is left.
"""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from dispatch.model.places import Place
from streams.store.people import FixWrite, ProfileWrite
from tests.benchmarks.population import SKILLS
from tests.benchmarks.result import NotHere

INSTALLED = Path("/usr/lib/postgresql")
TUNED = {
    "listen_addresses": "",
    "shared_buffers": "1GB",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "work_mem": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
}
"""Autovacuum would begin at a moment of its own; `vacuumed` is called between the measurements instead."""
USER = "postgres"
TABLE = """
CREATE EXTENSION postgis;
CREATE TABLE people (
    id integer PRIMARY KEY,
    place geography(Point) NOT NULL,
    skills integer NOT NULL,
    reach_m real NOT NULL,
    on_duty boolean NOT NULL,
    offer text,
    at_ms bigint NOT NULL
) WITH (fillfactor = 60);
"""
INCOMING = "CREATE TEMPORARY TABLE incoming (id integer, place text, skills integer, reach_m real, at_ms bigint)"
INDEX = "CREATE INDEX people_place ON people USING gist (place) WITH (fillfactor = 70)"
CLAIM = """
WITH near AS MATERIALIZED (
    SELECT id, place <-> ST_MakePoint($3, $4)::geography AS apart FROM people
    WHERE on_duty AND offer IS NULL AND skills & $2 <> 0
        AND ST_DWithin(place, ST_MakePoint($3, $4)::geography, $5)
        AND ST_Distance(place, ST_MakePoint($3, $4)::geography, false) <= reach_m
    ORDER BY apart LIMIT 2 * $6
), taken AS MATERIALIZED (
    SELECT people.id FROM near JOIN people USING (id)
    WHERE offer IS NULL ORDER BY apart LIMIT $6 FOR UPDATE OF people SKIP LOCKED
)
UPDATE people SET offer = $1 FROM taken WHERE people.id = taken.id RETURNING people.id
"""
"""Locked in a second step: FOR UPDATE over the search itself fails, since it puts its rows in order ("attempted to lock invisible
tuple", PostGIS 3.3)."""
RELEASE = "UPDATE people SET offer = NULL WHERE offer IS NOT NULL"
MOVE = """
UPDATE people SET place = ST_MakePoint(new.lon, new.lat)::geography, at_ms = new.at_ms
FROM unnest($1::integer[], $2::float8[], $3::float8[], $4::bigint[]) AS new (id, lon, lat, at_ms)
WHERE people.id = new.id AND people.at_ms < new.at_ms
"""
STARTS_WITHIN_S = 20
NO_LIMIT_M = 100_000.0
"""How far people travel who have named no distance."""


@contextmanager
def postgis() -> Iterator[str]:
    """The folder of its socket.

    Raises:
        NotHere: no PostgreSQL with PostGIS is installed (Debian: `postgresql-15-postgis-3`), or none can be made here.
    """
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="komek-postgis-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = _owner(folder)
        data = folder / "data"
        _initialise(programs / "initdb", data, user)
        settings = [word for name, value in TUNED.items() for word in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            cwd=folder,
        )
        try:
            yield str(folder)
        finally:
            server.terminate()
            server.wait(60)


def _programs() -> Path:
    for folder in sorted(INSTALLED.glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True):
        version = folder.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return folder
    raise NotHere("no PostgreSQL with PostGIS is installed (Debian: apt-get install postgresql-15-postgis-3)")


def _owner(folder: Path) -> int | None:
    """The user that the server runs as, None for the present one: PostgreSQL refuses to be root."""
    if os.getuid() != 0:
        return None
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        raise NotHere(f"there is no user {USER}, and PostgreSQL refuses to be run by root") from None
    shutil.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_uid


def _initialise(initdb: Path, data: Path, user: int | None) -> None:
    words: list[str | Path] = [initdb, "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(words, user=user, cwd=data.parent, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise NotHere(f"initdb failed: {done.stderr.strip()}")


class Peer:
    """One connection for the statements of the benchmark."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    async def fill(self, profiles: Sequence[ProfileWrite], fixes: Sequence[FixWrite]) -> None:
        await self._connection.execute(TABLE)
        rows = []
        for profile, fix in zip(profiles, fixes, strict=True):
            record = profile.record
            assert record is not None
            reach_m = float(record.max_distance_m or NO_LIMIT_M)
            place = f"SRID=4326;POINT({fix.lon} {fix.lat})"
            rows.append((number_of(fix), place, mask_of(record.skills), reach_m, fix.at_ms))
        # The driver knows no binary form of a place: it comes as text.
        await self._connection.execute(INCOMING)
        await self._connection.copy_records_to_table("incoming", records=rows)
        await self._connection.execute(
            "INSERT INTO people SELECT id, place::geography, skills, reach_m, true, null, at_ms FROM incoming"
        )
        await self._connection.execute(INDEX)
        await self.vacuumed()

    async def vacuumed(self) -> None:
        await self._connection.execute("VACUUM (ANALYZE) people")

    async def claim(self, offer: str, skill: str, there: Place, within_m: float, count: int) -> int:
        """Finds and claims the nearest people with the skill; how many."""
        rows = await self._connection.fetch(CLAIM, offer, mask_of((skill,)), there.lon, there.lat, within_m, count)
        return len(rows)

    async def release_all(self) -> None:
        await self._connection.execute(RELEASE)

    async def move(self, fixes: Sequence[FixWrite]) -> None:
        await self._connection.execute(
            MOVE,
            [number_of(fix) for fix in fixes],
            [fix.lon for fix in fixes],
            [fix.lat for fix in fixes],
            [fix.at_ms for fix in fixes],
        )


@asynccontextmanager
async def connected(folder: str) -> AsyncIterator[Peer]:
    """
    Raises:
        NotHere: the server does not answer within 20 s.
    """
    for _ in range(STARTS_WITHIN_S * 10):
        try:
            connection = await asyncpg.connect(host=folder, user=USER, database=USER)
            break
        except (OSError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(0.1)
    else:
        raise NotHere("PostgreSQL did not answer")
    try:
        yield Peer(connection)
    finally:
        await connection.close()


def number_of(fix: FixWrite) -> int:
    return int(fix.volunteer_id.removeprefix("v-"))


def mask_of(skills: Sequence[str]) -> int:
    return sum(1 << SKILLS.index(skill) for skill in skills if skill in SKILLS)
