"""Both pages in a real browser: signing in, languages, one stream, offline, accessibility."""

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from tests.support.chromium import LIVE, Visit, faults_of, keep_picture, link, overflows_of
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1366, "height": 768}
PAGES: dict[str, dict[str, Any]] = {"operator": {"viewport": DESK}, "volunteer": {"viewport": PHONE}}
LANGUAGES = {"kk": "Кіру", "ru": "Войти", "en": "Sign in"}


@pytest.mark.parametrize("role", PAGES)
def test_a_link_signs_in_by_a_tap_in_every_language(visit: Visit, shared_stack: RunningStack, role: str) -> None:
    for number, (language, words) in enumerate(LANGUAGES.items()):
        theme = "dark" if number % 2 else "light"
        visitor = visit(**PAGES[role], color_scheme=theme)
        page = visitor.open(link(shared_stack, role, f"{role}-web-{language}"))

        page.locator(f'[data-action="language-{language}"]').click()
        button = page.locator('[data-action="sign-in"]')
        expect(button).to_have_text(words)
        assert page.locator("html").get_attribute("lang") == language
        assert faults_of(page) == []
        assert overflows_of(page) == []
        keep_picture(page, f"sign-in-{role}-{language}-{theme}")
        button.click()

        page.locator(LIVE).wait_for()
        expect(page.locator("body")).to_contain_text(f"{role}-web-{language}")
        assert page.evaluate("() => location.hash") == ""
        # What a browser makes of a month whose language it does not know.
        expect(page.locator("main")).not_to_contain_text(re.compile(r"\bM\d\d\b"))
        assert faults_of(page) == []
        assert overflows_of(page) == []
        keep_picture(page, f"signed-in-{role}-{language}-{theme}")


def test_a_preview_of_the_link_spends_nothing_and_a_second_tap_is_told(
    visit: Visit, shared_stack: RunningStack
) -> None:
    path = link(shared_stack, "operator", "op-web")
    preview, person, late = visit(), visit(), visit(locale="en-GB")

    preview.open(path).locator('[data-action="sign-in"]').wait_for()
    page = person.open(path)
    page.locator('[data-action="sign-in"]').click()
    page.locator(LIVE).wait_for()
    second = late.open(path)
    second.locator('[data-action="sign-in"]').click()

    expect(second.get_by_role("alert").filter(has_text="used already")).to_be_visible()


def test_a_code_can_be_typed_where_no_link_opens(visit: Visit, shared_stack: RunningStack) -> None:
    code = link(shared_stack, "volunteer", "v-web-typed").partition("#code=")[2]
    page = visit(viewport=PHONE).open("/v")

    page.locator('[data-field="code"]').fill(code)
    page.locator('[data-field="code"]').press("Enter")

    page.locator(LIVE).wait_for()
    assert page.url == f"{shared_stack.api}/v/"


def test_three_tabs_have_one_stream_and_the_next_takes_it_over(visit: Visit) -> None:
    visitor = visit()
    first = visitor.sign_in("operator", "op-web-tabs")
    for page in [visitor.open("/"), visitor.open("/")]:
        page.locator(LIVE).wait_for()
        # What a connection tells at its start alone: the leading tab tells it to those that come later.
        expect(page.locator('[data-action="open-messages"]')).to_be_visible()
    streams = [url for url in visitor.asked if "/v1/events" in url]
    assert len(streams) == 1

    with visitor.context.expect_event("request", lambda request: "/v1/events" in request.url):
        first.close()


def test_a_link_at_a_desk_where_somebody_is_signed_in_asks_who_goes_on(
    visit: Visit, shared_stack: RunningStack
) -> None:
    desk = visit(**PAGES["operator"])
    desk.sign_in("operator", "op-before")

    stays = desk.open(link(shared_stack, "operator", "op-after"))
    stays.locator('[data-action="go-on"]').click()
    expect(stays.locator("body")).to_contain_text("op-before")
    assert stays.evaluate("() => location.hash") == ""

    comes = desk.open(link(shared_stack, "operator", "op-after"))
    comes.locator('[data-action="sign-in"]').click()
    comes.locator(LIVE).wait_for()
    expect(comes.locator("body")).to_contain_text("op-after")


def test_signing_out_ends_the_session_in_the_page(visit: Visit) -> None:
    page = visit().sign_in("operator", "op-web-out")

    page.locator('[data-action="sign-out"]').click()

    page.locator('[data-field="code"]').wait_for()


def test_the_volunteers_page_opens_without_a_network_after_the_first_visit(visit: Visit) -> None:
    visitor = visit(viewport=PHONE, locale="en-GB")
    page = visitor.sign_in("volunteer", "v-web-offline")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")

    visitor.context.set_offline(True)
    page.reload()

    # As it was left, and it says that nothing new arrives.
    page.locator('main[data-stale="true"]').wait_for()
    expect(page.locator("main")).to_contain_text("No connection")


@pytest.mark.parametrize("path", ["/", "/v/"])
def test_what_a_page_loads_is_immutable_and_compressed(shared_stack: RunningStack, path: str) -> None:
    with httpx2.Client(base_url=shared_stack.api) as client:
        page = client.get(path, headers={"Accept-Encoding": "gzip"})
        if "make web" in page.text:
            pytest.skip("the pages are not built")
        scripts = [part.partition('"')[0] for part in page.text.split('src="')[1:]]

        assert scripts
        for script in scripts:
            answer = client.head(script, headers={"Accept-Encoding": "br, gzip"})
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["content-encoding"] == "br"
