"""Two operators who split and merge one incident at the same moment: no order is lost in silence, and nobody has two jobs."""

from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import Visit, keep_picture
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
WORDS = "the second car, in the ditch"


def opened(page: Page, incident: str) -> None:
    page.locator(f'[role="option"][data-incident="{incident}"]').click()
    page.locator(f'[data-detail="{incident}"] .acts').wait_for()


def number_of(stack: RunningStack, incident: str) -> str | None:
    found = httpx2.get(f"{stack.api}/v1/incidents/{incident}", headers=stack.headers("operator"), timeout=60).json()
    return str(found["call_number"]) if found.get("call_number") else None


def jobs_of(town: Town, person: str) -> list[str]:
    """The open incidents at which the person has a live offer."""
    listed = town.call("GET", "/v1/incidents?limit=200", "operator", "op-1").json()["items"]
    return [one["id"] for one in listed if person in town.live(one["id"])]


@pytest.mark.parametrize("first", ["split", "merge"])
def test_a_split_and_a_merge_at_once_lose_no_order_and_no_person(
    visit: Visit, shared_stack: RunningStack, town: Town, first: str
) -> None:
    goes = town.volunteer("goes")
    incident = town.report(description="two cars")
    offer = until(lambda: town.live(incident).get(goes))
    town.answer(offer, "accept")
    until(lambda: town.is_at(incident, goes, "accepted"))
    target = town.report(description="the same crash", requirements=[need("boat")])
    number = until(lambda: number_of(shared_stack, target))
    splits, merges = (visit(**DESK, locale="en-GB").sign_in("operator", f"op-{name}") for name in ("splits", "merges"))
    for page in (splits, merges):
        page.locator('[data-action="language-en"]').click()
        opened(page, incident)
    splits.keyboard.press("q")
    splits.locator('[data-field="split-description"]').fill(WORDS)
    splits.locator(f'[data-moves="{offer["id"]}"]').check()
    merges.keyboard.press("m")
    merges.locator('[data-field="into"]').fill(number)
    expect(merges.locator(".form [type=submit]")).to_be_enabled()

    for page in (splits, merges) if first == "split" else (merges, splits):
        page.keyboard.press("Control+Enter", delay=0)

    # The merge is carried out in either order.
    until(lambda: town.incident(incident)["merged_into"] == target)
    until(lambda: outcome_of_split(splits, town, incident, target) is not None)
    parts = outcome_of_split(splits, town, incident, target) or []
    keep_picture(splits, f"console-raced-split-{first}-en")
    keep_picture(merges, f"console-raced-merge-{first}-en")
    # Whatever became of the part, the person has one job or none, and where.
    until(lambda: len(jobs_of(town, goes)) == 1)
    assert jobs_of(town, goes)[0] in {target, *parts}
    expect(merges.locator(".orders .fault")).to_have_count(0)


def need(skill: str) -> dict[str, Any]:
    return {"capability": "field", "skill": skill, "count": 1}


def outcome_of_split(page: Page, town: Town, incident: str, target: str) -> list[str] | None:
    """The incidents that the split has made; empty where it was refused and that is told. None: not known yet."""
    made = [one for of in (incident, target) for one in town.incident(of)["split_into"]]
    if made:
        return made
    told = page.locator(".orders .fault, .orders [role=alert], [data-refused]").first.is_visible()
    return [] if told else None
