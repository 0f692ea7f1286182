"""How the ways to people do: each kind of channel, and of pushes each service. The fields in Redis, and when a way is failing.

Only what the way itself is to blame for counts: a device that is gone or an address that is refused says nothing about others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MINUTE_MS = 60_000
WINDOW_MINUTES = 5
LEAST = 10
"""Of so many notices, and not fewer, the share counts; and so many failures in a row count without a window."""
SHARE = 0.5
REFUSALS = frozenset({"http_401", "http_403", "bad_token", "bad_gateway_url", "no_vapid_subject"})
"""The service knows us and does not let us send: nothing goes out until somebody changes an account or a setting."""
NOW = "now"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayHealth:
    """`name`: a kind of channel, for pushes with the service, such as `webpush fcm.googleapis.com`.

    `taken`, `failed`: notices of the last five minutes. `run`: failures since the last success. `code`: of the newest failure.
    Times in ms.
    """

    name: str
    ok_ms: int | None = None
    failed_ms: int | None = None
    refused_ms: int | None = None
    code: str | None = None
    run: int = 0
    taken: int = 0
    failed: int = 0

    @property
    def is_failing(self) -> bool:
        """A refusal counts at once. It and a row of failures stand until a notice is taken: silence is no sign that it works."""
        if self.refused_ms is not None and self.refused_ms > (self.ok_ms or -1):
            return True
        total = self.taken + self.failed
        return self.run >= LEAST or (total >= LEAST and self.failed >= SHARE * total)


def minute_of(at_ms: int) -> int:
    return at_ms // MINUTE_MS


def state_fields(way: str, code: str | None, at_ms: int) -> list[str]:
    """The fields of `ways(NOW)` that an outcome sets, and their values; `code` None: the notice was taken."""
    if code is None:
        return [f"{way}|ok", str(at_ms), f"{way}|run", "0"]
    told = f"{at_ms}|{code}"
    return [f"{way}|failed", told, *((f"{way}|refused", told) if code in REFUSALS else ())]


def count_field(way: str, code: str | None) -> str:
    """The field of `ways(minute)` that an outcome adds one to."""
    return f"{way}|{'taken' if code is None else 'failed'}"


def healths(state: Mapping[str, str], minutes: Iterable[Mapping[str, str]]) -> list[WayHealth]:
    """Every way that was used, by name. `minutes`: the counts of the last `WINDOW_MINUTES` minutes and of the present one."""
    counts: dict[str, int] = {}
    for minute in minutes:
        for field, number in minute.items():
            counts[field] = counts.get(field, 0) + int(number)
    return [_health(name, state, counts) for name in sorted({field.rpartition("|")[0] for field in state})]


def _health(name: str, state: Mapping[str, str], counts: Mapping[str, int]) -> WayHealth:
    failed_ms, _, code = state.get(f"{name}|failed", "").partition("|")
    refused_ms = state.get(f"{name}|refused", "").partition("|")[0]
    ok_ms = state.get(f"{name}|ok")
    return WayHealth(
        name=name,
        ok_ms=int(ok_ms) if ok_ms else None,
        failed_ms=int(failed_ms) if failed_ms else None,
        refused_ms=int(refused_ms) if refused_ms else None,
        code=code or None,
        run=int(state.get(f"{name}|run", "0")),
        taken=counts.get(count_field(name, None), 0),
        failed=counts.get(f"{name}|failed", 0),
    )
