"""The schedule of faults, from the seed: shuffled, one after the other or overlapping, each followed by probes."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random

from redis.exceptions import RedisError

from streams import clock
from tests.faults.artefacts import Folder
from tests.faults.client import Client
from tests.faults.faults import Fault, Scene, deck
from tests.faults.options import UPGRADE, Options
from tests.faults.probes import Probes, Round

CALM_S = 2.0
BROKERS_BACK_WITHIN_S = 30
PROMPT_FOR_S = 2.0
PROMPT_WITHIN_S = 30.0
NONE = "none"
"""As the only fault asked for: load alone, for whoever measures memory."""
QUICK = (
    "kill worker",
    "redis flushed",
    "stop worker 8 s",
    "kill api",
    "reset worker-kafka",
    "dead letters unwritable",
    "kill redis",
    "poison burst",
    "half-open worker-redis",
    "kill broker leading a partition",
    "term worker",
    "kill notifier",
    "kill assistant",
)
"""Of the profile `quick`, in this order, as far as the time goes."""


class Nemesis:
    """`struck` counts faults by name; `failed` says which could not be healed in time."""

    def __init__(self, folder: Folder, scene: Scene, client: Client, probes: Probes, options: Options) -> None:
        self._folder = folder
        self._scene = scene
        self._client = client
        self._probes = probes
        self._options = options
        self._random = Random(f"nemesis {options.seed}")
        self.struck: Counter[str] = Counter()
        self.failed: list[str] = []

    async def run(self, until_s: float) -> None:
        """Strikes until that time of the monotonic clock; returns when all is healed and probed."""
        faults = self._faults()
        if not faults:
            await asyncio.sleep(max(0.0, until_s - clock.monotonic_s()))
            return
        lanes = self._options.profile.at_once
        async with asyncio.TaskGroup() as group:
            for lane in range(lanes):
                group.create_task(self._lane(faults[lane::lanes], until_s, later_s=lane * 5.0))
        await self._count_brokers()

    async def _count_brokers(self) -> None:
        """One that never came back would have weakened every fault after it."""
        wanted, alive = self._options.profile.brokers, 0
        for _ in range(BROKERS_BACK_WITHIN_S):
            alive = await self._scene.admin.alive()
            if alive == wanted:
                return
            await asyncio.sleep(1.0)
        self.failed.append(f"{alive} of {wanted} brokers are alive when all is healed")

    def _faults(self) -> Sequence[Fault]:
        all_of_them = deck(self._scene.cluster)
        if self._options.faults == (NONE,):
            return []
        if self._options.faults:
            return [fault for fault in all_of_them if any(part in fault.name for part in self._options.faults)]
        if self._options.profile.name == "quick":
            by_name = {fault.name: fault for fault in all_of_them}
            return [by_name[name] for name in QUICK if name in by_name]
        if self._options.profile.name == UPGRADE:
            return all_of_them  # in the order of an upgrade
        self._random.shuffle(all_of_them)
        return all_of_them

    async def _lane(self, faults: Sequence[Fault], until_s: float, later_s: float) -> None:
        await asyncio.sleep(later_s)
        while faults:
            for fault in faults:
                if clock.monotonic_s() + fault.lasts_s > until_s:
                    if min(each.lasts_s for each in faults) + clock.monotonic_s() > until_s:
                        return
                    continue
                await self._one(fault)
                await asyncio.sleep(CALM_S)
                if self._options.profile.at_once == 1:
                    await self._all_is_prompt()

    async def _all_is_prompt(self) -> None:
        """First offers may come while an API process still works off what it was sent during its standstill. Where one fault
        follows the other the next waits for that, so that each is judged by itself."""
        deadline_s = clock.monotonic_s() + PROMPT_WITHIN_S
        while True:
            wait_s = min(deadline_s, self._client.slow_at_s + PROMPT_FOR_S) - clock.monotonic_s()
            if wait_s <= 0:
                return
            await asyncio.sleep(wait_s)

    async def _one(self, fault: Fault) -> None:
        print(f"  {fault.name}", flush=True)
        probing: asyncio.Task[Round] | None = None
        target = "?"
        try:
            async with fault.strike(self._scene) as target:
                self.struck[fault.name] += 1
                self._folder.struck(fault.name, target, "begin")
                if fault.since == "begin":
                    probing = asyncio.ensure_future(self._probes.round(fault.name))
                await asyncio.sleep(fault.lasts_s)
        except RedisError as error:
            # Another fault has Redis at this moment, so it cannot be asked for this one.
            print(f"    not struck: {error!r}", flush=True)
            return
        except (TimeoutError, OSError) as error:
            self.failed.append(f"{fault.name}: {error!r}")
        self._folder.struck(fault.name, target, "end")
        measured = await (probing or self._probes.round(fault.name, "end"))
        worst = "never" if measured.worst_s is None else f"{measured.worst_s:.1f} s"
        print(f"    {target}: first offers after {worst}", flush=True)
