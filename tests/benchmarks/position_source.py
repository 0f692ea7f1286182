"""Position fixes at a steady rate until it is told to end: `python -m tests.benchmarks.position_source FILE RATE`.

FILE: a line of id, lon and lat for each person. Most people stand still; one in five has walked up to 60 m.
"""

import asyncio
import os
import signal
import sys
from itertools import cycle
from pathlib import Path
from random import Random

from streams import clock, settings, wire
from streams.settings import Settings
from streams.topics import LOCATIONS
from streams.wire import FixRecord
from tests.benchmarks.following import producing

TICK_S = 0.05
WALKING = 0.2
METRES = 1 / 111_195


async def send(at: Settings, homes: list[tuple[str, float, float]], rate: float) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    rng, people = Random(7), cycle(homes)
    begun_s, sent = loop.time(), 0
    async with producing(at.require_kafka()) as producer:
        while not ended.is_set():
            due = int((loop.time() - begun_s) * rate)
            # Behind by more than a second: it goes on from here, so that a stall is not followed by a flood.
            sent = max(sent, due - int(rate))
            for _ in range(due - sent):
                person, lon, lat = next(people)
                walked = rng.uniform(-60, 60) * METRES if rng.random() < WALKING else 0.0
                fix = FixRecord(
                    volunteer_id=person, lon=lon, lat=lat + walked, accuracy_m=20, recorded_ms=clock.now_ms()
                )
                await producer.send(LOCATIONS.name, wire.encode(fix), key=person.encode())
            sent = due
            await asyncio.sleep(TICK_S)


def main(file: str, rate: str) -> None:
    rows = (line.split() for line in Path(file).read_text("utf-8").splitlines())
    homes = [(row[0], float(row[1]), float(row[2])) for row in rows]
    asyncio.run(send(settings.load(os.environ), homes, float(rate)))


if __name__ == "__main__":
    main(*sys.argv[1:3])
