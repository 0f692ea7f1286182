"""What every state of a page must be: readable at any size, operable by keys, large enough for a finger, quiet enough to hear.

Each function looks at the page as it is and returns its faults, one a line; nothing is asserted here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

from tests.support.chromium import ask_page, faults_of, keep_picture, overflows_of
from tests.support.pseudo import speak

LANGUAGES = ("kk", "ru", "en")
Looks = Sequence[tuple[str, Any]]
"""Pairs of a language and a theme."""
EACH_LANGUAGE: Looks = (("kk", "light"), ("ru", "dark"), ("en", "light"))
EVERY: Looks = tuple((language, theme) for language in LANGUAGES for theme in ("light", "dark"))


def small_targets_of(page: Page, least_px: float) -> list[str]:
    """Controls less high or wide than that (WCAG 2.5.8)."""
    return [str(one) for one in ask_page(page, "smallTargets", least_px)]


def walk_faults_of(page: Page, at_most: int = 120) -> list[str]:
    """By Tab through the page: a control that is not reached, whose focus is not seen or is covered, or that is never left."""
    ask_page(page, "startWalk")
    faults: list[str] = []
    for _ in range(at_most):
        page.keyboard.press("Tab")
        found = ask_page(page, "step")
        if found is None:
            continue
        if found["visits"] > 1:
            return faults + [f"not reached: {one}" for one in ask_page(page, "unreached")]
        faults += [f"{fault}: {found['name']}" for fault in found["faults"]]
    return [*faults, f"no end after {at_most} steps"]


def listen(page: Page) -> None:
    """From now on, what a screen reader would be given is recorded."""
    ask_page(page, "listen")


def heard(page: Page, live: str) -> list[dict[str, Any]]:
    """`{live, text, byDigest}` of all polite or assertive news since `listen`, the oldest first. `byDigest`: by the region that
    collects news and speaks at most once in five seconds."""
    return [one for one in ask_page(page, "heard") if one["live"] == live]


def faults_in(page: Page, looks: Looks, *, picture: str) -> list[str]:
    """What axe finds, and texts that do not fit, in each of these looks. `picture`: the name of the state."""
    is_dark = page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches")
    faults: list[str] = []
    for language, theme in looks:
        speak(page, language)
        page.emulate_media(color_scheme=theme)
        keep_picture(page, f"{picture}-{language}-{theme}")
        faults += [f"{language} {theme}: {one}" for one in [*faults_of(page), *overflows_of(page)]]
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    return faults


def misfits_at(page: Page, sizes: Sequence[tuple[int, int]], languages: Sequence[str]) -> list[str]:
    """Texts that do not fit at each of these windows, in each language."""
    before = page.viewport_size
    faults: list[str] = []
    for language in languages:
        speak(page, language)
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            faults += [f"{language} {width}x{height}: {one}" for one in overflows_of(page)]
    if before is not None:
        page.set_viewport_size(before)
    return faults


@contextmanager
def large_text(page: Page, px: int = 32) -> Iterator[None]:
    """With this default size of letters, as the person sets it in the browser."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": px}})
    yield
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
    session.detach()
