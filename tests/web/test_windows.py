"""Windows of one person, an API that is away, and streets from elsewhere: what a desk keeps apart and never sends twice."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.api_beside import ApiBeside
from tests.support.chromium import LIVE, WITHIN_MS, Visit
from tests.support.fake_gateways import FakeStreets, served_beside
from tests.support.whole_stack import RunningStack
from tests.web.test_console import DESK
from tests.web.test_report_and_map import fill_by_keys, is_report, open_form

pytestmark = pytest.mark.stack
WORDS, OTHER_WORDS = "Smoke on floor 3", "Water in the cellar"
CREDIT = "Streets of the town"


def test_each_window_has_its_draft_and_one_that_is_gone_leaves_it_to_the_next(visit: Visit) -> None:
    visitor = visit(**DESK, locale="en-GB")
    first = visitor.sign_in("operator", "op-windows")
    open_form(first)
    first.keyboard.type(WORDS)
    # A window that a page opens begins with a copy of its storage.
    with visitor.context.expect_page() as opened:
        first.evaluate("() => void open('/')")
    copied = visitor.watch(opened.value)
    copied.locator(LIVE).wait_for()
    open_form(copied)
    expect(words_of(copied)).to_have_value("")
    copied.keyboard.type(OTHER_WORDS)

    for page, words in ((first, WORDS), (copied, OTHER_WORDS)):
        page.reload()
        open_form(page)
        expect(words_of(page)).to_have_value(words)
    first.close()
    next_ = visitor.open("/")
    open_form(next_)

    expect(words_of(next_)).to_have_value(WORDS)
    expect(words_of(copied)).to_have_value(OTHER_WORDS)


def test_a_report_typed_while_the_api_is_away_is_kept_and_stored_once(visit: Visit) -> None:
    visitor = visit(**DESK, locale="en-GB")
    page = visitor.sign_in("operator", "op-away")
    stored: list[str] = []

    def lose_answer(route: Route) -> None:
        """The API takes it, and the connection ends before its answer."""
        stored.append(route.fetch().json()["id"])
        route.abort("connectionreset")

    visitor.context.route("**/v1/**", lambda route: route.abort("connectionrefused"))
    open_form(page)
    fill_by_keys(page, "flo", "43.24, 76.95", WORDS)
    page.keyboard.press("Control+Enter")
    # Neither its type nor its place could be looked up.
    expect(page.locator('[data-field="place"]')).to_be_focused(timeout=WITHIN_MS)
    expect(words_of(page)).to_have_value(WORDS)

    visitor.context.unroute("**/v1/**")
    visitor.context.route("**/v1/incidents", lose_answer, times=1)
    # The page asks again by itself, under the same key.
    with page.expect_response(is_report) as sent:
        page.keyboard.press("Control+Enter")

    expect(page.locator(".report")).to_have_count(0)
    # The same incident, whose answer was lost the first time.
    assert stored == [sent.value.json()["id"]]


def test_streets_come_from_the_origin_of_the_setting_and_nothing_from_another(
    visit: Visit, shared_stack: RunningStack
) -> None:
    streets = FakeStreets(CREDIT)
    with served_beside(streets), ApiBeside(shared_stack, {"KOMEK_MAP_STYLE": streets.style}) as beside:
        visitor = visit(webgl=True, **DESK, locale="en-GB")
        visitor.stack, visitor.allowed = beside, (streets.url,)
        page = visitor.sign_in("operator", "op-streets")
        page.locator('[data-map="ready"]').wait_for()

        expect(page.locator(".map-credit")).to_have_text(CREDIT)
        assert "/style.json" in streets.asked
        assert any(path.startswith("/tiles/") for path in streets.asked)
        # Another port is another origin.
        assert page.evaluate("(url) => fetch(url).then(() => true, () => false)", shared_stack.api) is False
        assert {"Content Security Policy" in one for one in visitor.complaints} == {True}
        visitor.complaints.clear()


def words_of(page: Page) -> Locator:
    return page.locator('[data-field="description"]')
