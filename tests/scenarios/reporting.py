"""Operators who report all the time and repeat what was not answered, with the same key, as the API asks them to."""

import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx2

from streams import clock

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that got its 202. `took_s`: of the answer itself; `tries`: how often it was sent."""

    incident_id: str
    key: str
    took_s: float
    tries: int


class Operator:
    def __init__(self, api: str, headers: dict[str, str]) -> None:
        self._http = httpx2.Client(base_url=api, timeout=60, headers=headers)

    def close(self) -> None:
        self._http.close()

    def ask(self, path: str) -> httpx2.Response:
        return self._http.get(path)

    def post(self, body: Any, key: str) -> httpx2.Response:
        return self._http.post("/v1/incidents", json=body, headers={"Idempotency-Key": key})

    def report(self, body: Any) -> Taken:
        """Until it is taken in."""
        key, tries, deadline = clock.fresh_id(), 0, time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            tries += 1
            began = time.monotonic()
            try:
                answer = self.post(body, key)
            except httpx2.HTTPError:
                time.sleep(0.1)
                continue
            if answer.status_code == 202:
                return Taken(str(answer.json()["id"]), key, time.monotonic() - began, tries)
            assert answer.status_code == 503, answer.text
            time.sleep(0.2)
        raise AssertionError(f"not taken in within {PATIENCE_S:.0f} s")


class Load:
    """Reports in a thread of its own, `every_s`, until told to stop."""

    def __init__(self, operator: Operator, body: Any, every_s: float) -> None:
        self.taken: list[Taken] = []
        self._operator = operator
        self._body = body
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S + 10)

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self.taken.append(self._operator.report(self._body))
