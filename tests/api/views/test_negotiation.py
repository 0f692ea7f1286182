"""Accept-Language by RFC 9110 §12.5.4, for every text for people."""

import ast
from pathlib import Path

import pytest

from api.views import negotiation
from api.views.negotiation import chosen
from dispatch.model.vocabulary import Capability, OfferState, Task
from tests.support.api_world import World
from tests.support.builders import INCIDENT, ZONE, incident, offer
from tests.support.syntax import tree_of

OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "b" * 16
API = Path(negotiation.__file__).parents[1]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en;q=0.1, kk", "kk"),  # by weight, not by position
        ("ru, kk", "ru"),  # of equal weights the first
        ("kk;q=0.5, ru;q=0.50, en;q=0.4", "kk"),
        ("de, fr;q=0.9, ru;q=0.001", "ru"),
        ("kk-Cyrl-KZ", "kk"),  # looked up by cutting subtags off (RFC 4647 §3.4)
        ("KAZ, en;q=0.5", "kk"),  # whichever code it uses
        ("kz", "kk"),
        ("rus;q=0.3, eng;q=0.2", "ru"),
        ("zh-Hans-CN, ru-KZ;q=0.8", "ru"),
        ("", "en"),
        (None, "en"),
        ("de", "en"),
        ("*", "en"),  # any language
        ("de, *;q=0.5", "en"),
        ("en;q=0, *;q=0.5", "kk"),
        ("*;q=0.5, en", "en"),
        ("en;q=0.3, *;q=0.5", "kk"),  # * matches languages that no other range names
        ("en;q=0", "kk"),  # an excluded language never while there is another
        ("en;q=0, kk;q=0", "ru"),
        ("en;q=0, kk;q=0.0, ru;q=0.000", "en"),  # no language is left: the header cannot be satisfied
        ("*;q=0", "en"),
        ("*;q=0, ru;q=0.2", "ru"),
        ("kk-KZ;q=0, kk", "kk"),  # only that variant is excluded
        ("kk-KZ, kk;q=0, ru;q=0.1", "ru"),  # the nearest range decides
        (" ru ; q=0.7 ,kk; Q=0.8 ", "kk"),
        ("kk;q=2, ru;q=0.1", "ru"),  # an invalid weight: the entry is ignored
        ("kk;q=, ru;q=0.1", "ru"),
        ("kk;q=0.1234, ru;q=0.1", "ru"),
        ("kk;level=1, ru;q=0.1", "ru"),
        (",,;q=1,ru", "ru"),
        ("en_US;q=0.4, ru;q=0.3", "en"),
        ("\x00, ru", "ru"),
        ("x" * 10_000, "en"),
        ("de," * 49 + "ru, kk", "ru"),
        ("de," * 50 + "ru", "en"),  # later entries are not read
    ],
)
def test_the_language_with_the_highest_weight_is_chosen(header: str | None, language: str) -> None:
    assert chosen(header) == language


async def test_the_question_of_an_offer_is_in_the_preferred_language() -> None:
    world = World()
    work = {"capability": Capability.DIGITAL, "skill": "verification", "task": Task.VERIFY_REPORT}
    held = offer(OfferState.ACCEPTED, id=OFFER, volunteer_id="v-1", **work)
    world.redis.add(incident(offers=(held,)))
    heard: dict[str, set[str]] = {}
    for header in ("en;q=0.1, kk", "ru", "x" * 3000):
        for path in (f"/v1/offers/{OFFER}", "/v1/volunteers/v-1/offers"):
            sent = {"Accept-Language": header}
            answer = await world.ask("GET", path, role="volunteer", subject="v-1", headers=sent)
            assert answer.status_code == 200
            assert "Accept-Language" in answer.headers["vary"].split(", ")
            shown = answer.json()
            told = shown if "task" in shown else shown["items"][0]
            heard.setdefault(header[:20], set()).add(told["task"]["question"].split()[0])

    assert list(heard.values()) == [{"Хабарлама"}, {"Правдиво"}, {"Is"}]


def test_nothing_else_reads_the_header() -> None:
    readers = []
    for path in sorted(API.rglob("*.py")):
        for node in ast.walk(tree_of(path)):
            text = node.value if isinstance(node, ast.Constant) else getattr(node, "arg", "")
            if isinstance(text, str) and text.lower().replace("_", "-") == "accept-language":
                readers.append(path.name)

    assert set(readers) == {"negotiation.py"}
