"""Which indexes a person belongs in, worked out from the rule alone: the independent half of the audit."""

from collections import defaultdict
from collections.abc import Mapping

from dispatch.model.places import Place
from streams import redis_keys
from streams.store.scripts import ANY_SKILL

Row = Mapping[str, str]


def expected_place(row: Row, now_ms: int, fix_age_limit_ms: int) -> Place:
    """Where the field indexes should hold a person who has any place: the fix, or home when the fix is stale or says nothing."""
    reach_m = float(row["md"] or {"foot": 5_000, "bicycle": 15_000, "car": 50_000}[row["tm"]])
    is_usable = (
        now_ms - int(row["at"]) <= fix_age_limit_ms and float(row["ac"] or 0) <= reach_m if "x" in row else False
    )
    fix_counts = "x" in row and (is_usable or "hx" not in row)
    lon, lat = ("x", "y") if fix_counts else ("hx", "hy")
    return Place(lon=float(row[lon]), lat=float(row[lat]))


def is_on_duty(row: Row, now_ms: int) -> bool:
    return row.get("du") == "1" and int(row.get("un") or now_ms + 1) > now_ms


def expected_indexes(people: Mapping[str, Row], now_ms: int) -> dict[str, set[str]]:
    """Key → members, for every index that is not empty."""
    expected: dict[str, set[str]] = defaultdict(set)
    for volunteer_id, row in people.items():
        for key in _keys_of(row, now_ms):
            expected[key].add(volunteer_id)
    return dict(expected)


def _keys_of(row: Row, now_ms: int) -> list[str]:
    if "v" not in row or not is_on_duty(row, now_ms):
        return []
    skills = [skill for skill in row["sk"].split(",") if skill]
    capabilities = row["cap"].split(",")
    engaged = row.get("cs") == "c"
    keys: list[str] = []
    if "field" in capabilities and ("x" in row or "hx" in row):
        index = redis_keys.engaged_index if engaged else redis_keys.field_index
        keys += [index(skill) for skill in (*skills, ANY_SKILL)]
    if "digital" in capabilities and engaged:
        keys += [redis_keys.digital_engaged(skill) for skill in skills]
    elif "digital" in capabilities:
        languages = ["*", *{language.partition("-")[0].lower() for language in row["la"].split(",") if language}]
        keys += [redis_keys.digital_index(skill, language) for skill in skills for language in languages]
    return keys
