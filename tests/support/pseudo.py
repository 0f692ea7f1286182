"""The pseudo-language `qps` in a real browser: English, forty per cent longer and with accents.

Nothing of it is in the pages: the built English catalogue is wrapped on its way to the browser, so what is tested are the
files that everybody gets. Contexts need `service_workers="block"`: a service worker would take the catalogue from its cache.
"""

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Route

MAKER = Path(__file__).parents[2] / "api" / "web" / "tests" / "support" / "pseudo.mjs"
IS_CATALOGUE = b"as default}"
"""Other files of that name hold what the two pages share."""
WRAPPER = """
import real from "./{name}?real";
{maker}
const made = pseudoCatalogue(real);
let shown = real;
addEventListener("komek-pseudo", (event) => (shown = event.detail ? made : real));
export {{ shown as default }};
"""


def teach_pseudo(context: BrowserContext) -> None:
    """From now on the pages of this context may be told to speak it. Call it before the first one is opened."""

    def wrap(route: Route) -> None:
        answer = route.fetch()
        if IS_CATALOGUE not in answer.body():
            route.fulfill(response=answer)
            return
        name = route.request.url.rpartition("/")[2]
        body = WRAPPER.format(name=name, maker=MAKER.read_text("utf-8"))
        route.fulfill(body=body, content_type="text/javascript")

    context.route("**/assets/en-*.js", wrap)


def speak(page: Page, language: str) -> None:
    """By the page's own switch; `qps` besides its three languages. The switch may lie in a closed menu."""
    pressed, is_pseudo = ("en", True) if language == "qps" else (language, False)
    page.evaluate("(is) => dispatchEvent(new CustomEvent('komek-pseudo', {detail: is}))", is_pseudo)
    # A page that has just been opened draws its switch after its own `load`.
    page.locator(f'[data-action="language-{pressed}"]').first.wait_for(state="attached")
    # A choice loads its catalogue, which may be there already: the next frame shows it.
    page.evaluate(
        "async (of) => { document.querySelector(`[data-action=language-${of}]`).click();"
        " await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); }",
        pressed,
    )
    page.wait_for_function("(of) => document.documentElement.lang === of", arg=pressed)
