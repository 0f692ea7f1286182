"""Feeds that are followed: what is new once, whatever fails or restarts in between."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from dispatch.cap.reading import Signatures
from dispatch.cap.rules import built_in
from streams import metrics
from streams.cap.fetching import Fetched, NotFetched, Validators
from streams.cap.following import LONGEST_WAIT_S, FeedState, Follower
from streams.cap.importing import Importer, OrderRefused
from streams.cap.ledger import Ledger
from streams.components import ApiClient
from streams.errors import RetryLater
from tests.streams.cap.test_importing import ALERT, CANCEL, NOW, UPDATE, Desk
from tests.support.cap_alerts import alert

FEED = "https://meteo.example/feed"
MINUTE = 60_000


class Web:
    """Pages with an ETag that changes with them, and the requests that were made."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.has_validators = True
        self.failing: dict[str, NotFetched] = {}
        self.asked: list[str] = []

    def __call__(self, url: str, known: Validators) -> Fetched:
        self.asked.append(url)
        if url in self.failing:
            raise self.failing[url]
        if url not in self.pages:
            raise NotFetched(f"{url}: answered 404")
        page = self.pages[url]
        validators = Validators(etag=f'"{hash(page)}"') if self.has_validators else Validators()
        is_same = self.has_validators and known == validators
        return Fetched(raw=None if is_same else page.encode(), validators=validators)

    def links(self, **stamps: str) -> None:
        """The feed names these pages, with these stamps."""
        entries = "".join(
            f'<entry><link href="/{name}"/>{f"<updated>{stamp}</updated>" if stamp else ""}</entry>'
            for name, stamp in stamps.items()
        )
        self.pages[FEED] = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'

    def put(self, name: str, text: str) -> None:
        self.pages[f"https://meteo.example/{name}"] = text


class Scene:
    def __init__(self, path: Path) -> None:
        self.path, self.web, self.desk = path, Web(), Desk()
        self.begin()

    def begin(self, now_ms: int = NOW) -> None:
        """A new process."""
        with Ledger.opened(self.path) as ledger:
            self.feed = FeedState(FEED, read_ms=ledger.feed_read_ms(FEED, now_ms))

    def round(self, now_ms: int = NOW) -> list[str]:
        """What became of messages: steps, or `refused`."""
        with Ledger.opened(self.path) as ledger:
            follower = Follower(
                feeds=[self.feed],
                ledger=ledger,
                fetch=self.web,
                judge=self.never,
                importer=lambda at_ms: Importer(
                    rules=built_in(), ledger=ledger, desk=self.desk, served=None, now_ms=at_ms
                ),
                every_s=60,
                chance=lambda: 0.5,
            )
            return [one.step.value if one.step else "refused" for one in follower.round(now_ms)]

    @staticmethod
    def never(raw: bytes) -> Signatures:
        raise AssertionError(raw)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "ledger.sqlite")


def test_an_alert_its_update_and_its_cancellation_are_followed_across_restarts(scene: Scene) -> None:
    stamps: dict[str, str] = {}
    for number, text in enumerate((ALERT, UPDATE, CANCEL)):
        scene.web.put(f"{number}.cap", text)
        stamps[f"{number}.cap"] = "2026-11-22T08:00:00Z"
        scene.web.links(**stamps)
        scene.begin()
        scene.round()

    assert scene.desk.kinds == ["report", "edit", "close"]
    # Each linked page was asked for once: its stamp has not changed since.
    assert [url for url in scene.web.asked if url != FEED] == [f"https://meteo.example/{n}.cap" for n in range(3)]


def test_an_unchanged_feed_costs_one_request(scene: Scene) -> None:
    scene.web.put("1.cap", ALERT)
    scene.web.links(**{"1.cap": ""})
    scene.round()
    scene.web.asked.clear()

    assert scene.round(NOW + 2 * MINUTE) == []
    assert scene.web.asked == [FEED]


def test_a_feed_is_not_asked_before_its_time_and_expiry_is_seen_all_the_same(scene: Scene) -> None:
    scene.web.pages[FEED] = alert(expires="2026-11-22T08:02:00+05:00")
    scene.round(NOW)
    scene.web.asked.clear()
    scene.feed.next_ms = NOW + 60 * MINUTE

    assert scene.round(NOW + 10 * MINUTE) == ["close"]
    assert scene.web.asked == []


def test_a_page_without_validators_is_read_again_and_changes_nothing(scene: Scene) -> None:
    scene.web.has_validators = False
    scene.web.pages[FEED] = ALERT

    assert [scene.round(NOW + n * 2 * MINUTE) for n in range(3)] == [["report"], ["ignore"], ["ignore"]]
    assert scene.desk.kinds == ["report"]


def test_a_page_that_is_written_over_is_read_again_by_its_stamp(scene: Scene) -> None:
    scene.web.put("event.cap", ALERT)
    scene.web.links(**{"event.cap": "1"})
    scene.round()
    scene.web.put("event.cap", UPDATE)
    scene.web.links(**{"event.cap": "2"})

    assert scene.round(NOW + 2 * MINUTE) == ["edit"]


def test_an_empty_feed_is_no_fault(scene: Scene) -> None:
    scene.web.links()

    assert scene.round() == []
    assert scene.feed.failures == 0


def test_a_feed_that_fails_is_asked_less_and_less_often(scene: Scene) -> None:
    waits: list[float] = []
    now_ms = NOW
    for _ in range(10):
        assert scene.round(now_ms) == ["refused"]
        waits.append((scene.feed.next_ms - now_ms) / 1000)
        now_ms = scene.feed.next_ms

    assert waits[:4] == [120, 240, 480, 960]
    assert waits[-1] == LONGEST_WAIT_S
    scene.web.pages[FEED] = ALERT
    assert scene.round(now_ms) == ["report"]
    assert (scene.feed.next_ms - now_ms) / 1000 == 60


def test_a_server_that_asks_for_a_pause_gets_it(scene: Scene) -> None:
    scene.web.failing[FEED] = NotFetched("answered 429", retry_after_s=900)

    scene.round()

    assert scene.feed.next_ms - NOW == 900_000


def test_a_link_that_fails_is_asked_for_again_though_the_feed_has_not_changed(scene: Scene) -> None:
    scene.web.put("1.cap", ALERT)
    scene.web.links(**{"1.cap": "a", "2.cap": "a"})
    assert scene.round() == ["refused", "report"]

    scene.web.put("2.cap", alert("KZ-9"))
    scene.web.asked.clear()

    assert scene.round(NOW + 2 * MINUTE) == ["report"]
    assert scene.web.asked == [FEED, "https://meteo.example/2.cap"]


def test_while_the_api_is_away_nothing_counts_as_read(scene: Scene) -> None:
    class Away(Desk):
        def report(self, *_: object) -> str:
            raise RetryLater("no answer")

    scene.web.pages[FEED] = ALERT
    reachable, scene.desk = scene.desk, Away()
    with pytest.raises(RetryLater):
        scene.round()
    scene.desk = reachable

    assert scene.round() == ["report"]


def test_what_the_api_refuses_is_tried_again_and_hinders_no_other(scene: Scene) -> None:
    class Refusing(Desk):
        refuses = True

        def report(self, body: object, key: str) -> str:
            if self.refuses and not self.orders:
                self.orders["refused"] = ("refused", "")
                raise OrderRefused("422 invalid location")
            return super().report(body, key)  # type: ignore[arg-type]

    scene.desk = Refusing()
    scene.web.pages[FEED] = f"<all>{ALERT}{alert('KZ-9')}</all>"

    assert scene.round() == ["refused", "report"]
    assert scene.round(NOW + 2 * MINUTE) == ["report", "ignore"]


def test_a_feed_that_names_a_file_of_this_machine_reads_none(scene: Scene, tmp_path: Path) -> None:
    secret = tmp_path / "secret.cap"
    secret.write_text(ALERT)
    scene.web.pages[FEED] = f"<rss><channel><item><link>file://{secret}</link></item></channel></rss>"

    assert scene.round() == ["refused"]
    assert scene.web.asked[-1] == f"file://{secret}"
    assert scene.desk.kinds == []


def figures(name: str) -> dict[str, float]:
    """Values of a metric by the feed."""
    found = families(metrics.exposition(ApiClient.FOLLOWER).decode())
    return {sample.labels["feed"]: sample.value for one in found for sample in one.samples if sample.name == name}


def test_when_a_feed_was_read_is_known_after_a_restart_and_a_failure_or_an_api_that_is_away_counts_as_silence(
    scene: Scene,
) -> None:
    class Away(Desk):
        def report(self, *_: object) -> str:
            raise RetryLater("no answer")

    scene.web.pages[FEED] = ALERT
    scene.round(NOW)
    scene.begin(NOW + 60 * MINUTE)
    assert scene.feed.read_ms == NOW

    del scene.web.pages[FEED]
    scene.round(NOW + 61 * MINUTE)
    assert scene.feed.read_ms == NOW

    scene.web.pages[FEED] = alert("KZ-9")
    reachable, scene.desk = scene.desk, Away()
    with pytest.raises(RetryLater):
        scene.round(NOW + 70 * MINUTE)
    assert scene.feed.read_ms == NOW

    scene.desk = reachable
    scene.round(NOW + 71 * MINUTE)
    assert scene.feed.read_ms == NOW + 71 * MINUTE


def test_a_feed_that_was_never_read_is_silent_since_it_is_followed_and_one_that_was_left_begins_anew(
    scene: Scene,
) -> None:
    scene.round(NOW + MINUTE)
    scene.begin(NOW + 90 * MINUTE)
    assert scene.feed.read_ms == NOW

    with Ledger.opened(scene.path) as ledger:
        ledger.follow_only(["https://other.example/feed"])
    scene.begin(NOW + 100 * MINUTE)

    assert scene.feed.read_ms == NOW + 100 * MINUTE


def test_a_feed_of_which_the_api_refuses_something_is_read_and_says_since_when(scene: Scene) -> None:
    class Refusing(Desk):
        refuses = True

        def report(self, body: Mapping[str, Any], key: str) -> str:
            if self.refuses:
                raise OrderRefused("422 invalid type")
            return super().report(body, key)

    scene.desk = desk = Refusing()
    scene.web.pages[FEED] = ALERT
    for minute in (0, 10, 20):
        scene.round(NOW + minute * MINUTE)
    assert (scene.feed.refused_ms, scene.feed.read_ms) == (NOW, NOW + 20 * MINUTE)

    desk.refuses = False
    scene.round(NOW + 30 * MINUTE)
    assert scene.feed.refused_ms is None


def test_figures_of_feeds_are_those_of_the_worst_with_one_name_and_show_no_query(tmp_path: Path) -> None:
    def unused(*_: object) -> Any:
        raise AssertionError

    secret = "https://meteo.example/two?key=secret"
    feeds = [
        FeedState(secret, read_ms=NOW),
        FeedState("https://meteo.example/two", read_ms=NOW - MINUTE, refused_ms=NOW - 2 * MINUTE),
    ]
    with Ledger.opened(tmp_path / "ledger") as ledger:
        follower = Follower(
            feeds=feeds, ledger=ledger, fetch=unused, judge=unused, importer=unused, every_s=60, chance=lambda: 0.5
        )
        follower.show_figures(NOW)

    name = "https://meteo.example/two"
    assert figures("komek_cap_feed_read_timestamp_seconds")[name] == (NOW - MINUTE) / 1000
    assert figures("komek_cap_feed_refused_seconds")[name] == 120
    assert "secret" not in metrics.exposition(ApiClient.FOLLOWER).decode()


@pytest.mark.parametrize("is_linked", [False, True])
def test_an_alert_that_was_sent_in_years_to_come_is_refused_until_its_clock_or_ours_is_right(
    scene: Scene, is_linked: bool
) -> None:
    future = alert("KZ-9", sent="2036-11-22T08:00:00+05:00", expires="2026-11-23T08:00:00+05:00")
    if is_linked:
        scene.web.put("1.cap", ALERT)
        scene.web.put("9.cap", future)
        scene.web.links(**{"1.cap": "a", "9.cap": "a"})
    else:
        scene.web.pages[FEED] = f"<all>{ALERT}{future}</all>"

    assert scene.round() == ["report", "refused"]
    scene.web.asked.clear()
    # Read again although it has not changed, and refused again; what is well is neither read nor done again.
    assert "refused" in scene.round(NOW + 2 * MINUTE)
    assert scene.desk.kinds == ["report"]
    assert "https://meteo.example/1.cap" not in scene.web.asked

    # Our clock was wrong, by ten years: now it is right.
    right = NOW + 10 * 365 * 24 * 60 * MINUTE + 3 * 24 * 60 * MINUTE
    assert scene.round(right)[-1] != "refused"
    assert scene.round(right + 2 * MINUTE) == []


def test_a_feed_that_asked_for_a_pause_gets_it_though_the_api_is_away(scene: Scene) -> None:
    scene.web.failing[FEED] = NotFetched("answered 429", retry_after_s=900)

    class Away(Importer):
        def run(self, *_: object) -> Any:
            raise RetryLater("no answer")

    with Ledger.opened(scene.path) as ledger, pytest.raises(RetryLater):
        Follower(
            feeds=[scene.feed],
            ledger=ledger,
            fetch=scene.web,
            judge=scene.never,
            importer=lambda at_ms: Away(rules=built_in(), ledger=ledger, desk=scene.desk, served=None, now_ms=at_ms),
            every_s=60,
            chance=lambda: 0.5,
        ).round(NOW)

    assert scene.feed.next_ms - NOW == 900_000
