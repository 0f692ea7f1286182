"""How tests change what a story finds in Redis and what the API says at its end."""

from collections.abc import Callable
from typing import Any

from tests.faults.checker.building import Json, Story

Bend = Callable[[Story], object]
"""What makes a good story a bad one."""


def drop(entries: list[Json], key: str) -> None:
    entries[:] = [entry for entry in entries if entry.get("key") != key]


def value_of(entries: list[Json], key: str) -> Any:
    return next(entry["value"] for entry in entries if entry["key"] == key)


def changed(key: str, change: Callable[[Any], Any]) -> Bend:
    def bend(story: Story) -> None:
        def turn(redis: list[Json], _: list[Json]) -> None:
            for entry in redis:
                if entry["key"] == key:
                    entry["value"] = change(entry["value"])

        story.bend.append(turn)

    return bend


def missing_in_redis(key: str) -> Bend:
    return lambda story: story.bend.append(lambda redis, _: drop(redis, key))


def page_changed(path: str, change: Callable[[Json], object]) -> Bend:
    def bend(story: Story) -> None:
        story.bend.append(lambda _, http: [change(page) for page in http if page["path"].startswith(path)])

    return bend
