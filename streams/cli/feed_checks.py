"""What `komek doctor` says about feeds of alerts: when each was read, and how long the token of their follower still counts."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families as families

from streams import clock
from streams.cli.issued_tokens import NoTokenInFile, token_in
from streams.local.check import Check, fail, ok, warn
from streams.monitoring.queried_alarms import REFUSED_S, SILENT_S
from streams.settings import Settings
from streams.tokens import BadToken, Role
from streams.tokens.compact import json_object, parsed

FEED = "feed of warnings"
READ, REFUSED = "komek_cap_feed_read_timestamp_seconds", "komek_cap_feed_refused_seconds"
ENDS_SOON_S = 6 * 3600
"""Half of what is left of a token when it should be made anew."""
_SILENT_CURE = "See deploy/runbook/feed_silent.md."
_RENEW = "`komek token feed --id komek-follower --hours 24 --out FILE`; look why the timer did not."


def token_checks(settings: Settings) -> Iterator[Check]:
    """Of the file of KOMEK_CAP_TOKEN, where this shell names one."""
    if settings.cap_token is not None:
        yield token_check(settings.cap_token, clock.now_ms() / 1000)


def token_check(path: Path, now_s: float) -> Check:
    """Nothing of the token is shown. Who signed it is the API's to judge."""
    name = "token of the follower"
    try:
        claims = json_object(parsed(token_in(path)).payload)
    except (NoTokenInFile, BadToken) as error:
        return fail(name, str(error), _RENEW)
    if claims.get("role") != Role.FEED:
        return fail(name, f"{path} is for the role {claims.get('role')}", f"Expected feed. {_RENEW}")
    left_s = _seconds(claims) - now_s
    if left_s <= 0:
        return fail(name, f"{path} has ended", _RENEW)
    told = f"{path} counts for {left_s / 3600:.1f} h more"
    return warn(name, told, _RENEW) if left_s < ENDS_SOON_S else ok(name, told)


def _seconds(claims: Mapping[str, Any]) -> float:
    ends = claims.get("exp")
    return float(ends) if isinstance(ends, int | float) and math.isfinite(ends) else 0.0


def feed_checks(exposed: str, now_s: float) -> Iterator[Check]:
    """Of the metrics that a process exposes; nothing, if it follows no feed."""
    samples = [sample for family in families(exposed) for sample in family.samples]
    refused = {sample.labels["feed"]: sample.value for sample in samples if sample.name == REFUSED}
    for sample in samples:
        if sample.name != READ:
            continue
        feed, age_s = sample.labels["feed"], now_s - sample.value
        if age_s > SILENT_S:
            yield fail(FEED, f"{feed} was last read {age_s / 60:.0f} min ago", _SILENT_CURE)
        elif refused.get(feed, 0.0) > REFUSED_S:
            told = f"of {feed} the API has refused a warning for {refused[feed] / 60:.0f} min"
            yield fail(FEED, told, "See deploy/runbook/feed_refused.md.")
        else:
            yield ok(FEED, f"{feed} was read {max(0.0, age_s):.0f} s ago")


def followed(settings: Settings, *, is_shown: bool) -> Iterator[Check]:
    """`is_shown`: whether a process that was asked follows feeds."""
    if settings.cap_feeds and not is_shown:
        yield warn(
            "feeds of warnings",
            f"KOMEK_CAP_FEEDS names {len(settings.cap_feeds)}, and no process of the list follows any",
            "Start the follower, and name its list with --targets too.",
        )
