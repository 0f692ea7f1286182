"""What others are told: codes and counts, the same for the same decision, and nothing about people."""

import json

import pytest

from dispatch.model.geojson import area_of
from dispatch.plans.book import load_builtin
from streams.webhooks.cloud_events import KINDS, TYPES, WebhookEvent, events_of
from streams.webhooks.subscriptions import Subscription
from tests.support.builders import INCIDENT, Story, helpers

RING = [[76.8, 43.2], [76.9, 43.2], [76.9, 43.3], [76.8, 43.3], [76.8, 43.2]]
PEOPLE = ("v-hidden-1", "v-hidden-2", "v-hidden-3")
PLACE = area_of({"type": "Polygon", "coordinates": [RING]})


def whole_story() -> Story:
    story = Story(people=helpers(*PEOPLE), book=load_builtin())
    story.report(type="flood", area=PLACE, private_ref="incident:private-ref")
    story.accept(PEOPLE[0])
    story.decline(PEOPLE[1])
    story.update(type="storm")
    story.escalate()
    story.note("incident:private-note")
    story.close()
    story.reopen()
    story.cancel()
    return story


EVENTS = [event for decision in whole_story().decisions for event in events_of(decision)]


def test_a_story_is_told_in_order() -> None:
    kinds = [event.type.removeprefix("komek.") for event in EVENTS]

    assert kinds[0] == "incident.reported"
    assert {"hazard.declared", "help.asked", "help.changed", "incident.updated", "hazard.ended"} <= set(kinds)
    ends = [kind for kind in kinds if kind in ("incident.closed", "incident.reopened", "incident.cancelled")]
    assert ends == ["incident.closed", "incident.reopened", "incident.cancelled"]


def test_the_same_decision_gives_the_same_ids_and_no_two_events_share_one() -> None:
    again = [event for decision in whole_story().decisions for event in events_of(decision)]

    assert [event.id for event in again] == [event.id for event in EVENTS]
    assert len({event.id for event in EVENTS}) == len(EVENTS)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_no_event_names_a_person_a_text_or_a_place(event: WebhookEvent) -> None:
    raw = event.body(links_from="https://112.example").decode()

    assert not any(person in raw for person in PEOPLE)
    assert event.by not in raw.replace(INCIDENT, "")
    assert not any(word in raw for word in ("private", "76.", "43.", "coordinates", "caller", "operator-"))


@pytest.mark.parametrize("event", EVENTS[:3], ids=lambda event: event.type)
def test_an_event_is_a_cloud_event_with_a_link(event: WebhookEvent) -> None:
    said = json.loads(event.body(links_from="https://112.example"))

    assert said.items() >= {"specversion": "1.0", "id": event.id, "type": event.type, "subject": INCIDENT}.items()
    assert said["source"] == "https://112.example"
    assert said["time"].endswith("Z")
    assert said["data"]["link"] == f"https://112.example/v1/incidents/{INCIDENT}"
    # Names of attributes: small letters and digits.
    assert all(name.isalnum() and name.islower() for name in said)


def test_what_the_receiver_caused_itself_is_marked_and_by_default_kept_back() -> None:
    event = EVENTS[0]
    own = Subscription(name="gis", url="https://gis.example", secrets=(b"x",), actor=event.by)
    told = Subscription(name="gis", url="https://gis.example", secrets=(b"x",), actor=event.by, has_own_events=True)
    other = Subscription(name="gis", url="https://gis.example", secrets=(b"x",), actor="somebody-else")

    assert (own.wants(event), told.wants(event), other.wants(event)) == (False, True, True)
    assert json.loads(event.body(links_from=None, is_own=told.caused(event)))["komekown"] is True
    assert "komekown" not in json.loads(event.body(links_from=None, is_own=other.caused(event)))


def test_a_subscription_chooses_by_the_beginning_of_types() -> None:
    chosen = Subscription(name="gis", url="https://gis.example", secrets=(b"x",), types=("hazard.", "incident.closed"))

    kinds = {event.type for event in EVENTS if chosen.wants(event)}

    assert kinds == {"komek.hazard.declared", "komek.hazard.ended", "komek.incident.closed"}
    assert set(TYPES) == set(KINDS)
