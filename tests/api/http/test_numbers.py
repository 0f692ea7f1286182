"""Numbers from clients: ASCII, bounded, never an exception."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.numbers import decimal, natural
from tests.support import strategies  # noqa: F401 - the profile of Hypothesis
from tests.support.api_world import World, token
from tests.support.builders import INCIDENT, incident

DIGITS = st.text(st.characters(categories=["Nd", "No", "Nl"]))
TEXTS = st.text() | DIGITS | st.text("0123456789.,+-eE_ ٣²") | st.sampled_from(["nan", "inf", "9" * 5_000, "1e999"])


@given(TEXTS)
def test_any_text_is_a_number_or_none(text: str) -> None:
    whole, number = natural(text), decimal(text)

    assert whole is None or (text.isascii() and 0 <= whole < 10**12)
    assert number is None or (text.isascii() and math.isfinite(number))


@given(st.integers(0, 10**12 - 1))
def test_naturals_are_read(number: int) -> None:
    assert natural(str(number)) == number


@given(st.floats(-180, 180).filter(lambda number: number == 0 or abs(number) > 1e-90))
def test_degrees_are_read(number: float) -> None:
    assert decimal(repr(number)) == number


@pytest.mark.parametrize("text", ["", "٣", "²", "1_0", " 1", "nan", "inf", "0x1", "1" * 13, "+", ".", "e1"])
def test_other_texts_are_none(text: str) -> None:
    assert natural(text) is None
    assert decimal(text) is None or text == "1" * 13


@pytest.mark.parametrize(
    "path", ["/v1/incidents", f"/v1/incidents/{INCIDENT}/timeline", f"/v1/incidents/{INCIDENT}/decisions"]
)
@pytest.mark.parametrize("limit", ["10.0", "+10", "1_0", " 10", "1e1", "１０", "", "0", "-1", "9" * 30])
async def test_a_limit_is_digits(path: str, limit: str) -> None:
    world = World()
    world.redis.add(incident())

    refused = await world.client.get(path, params={"limit": limit}, headers=operator())

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "limit"
    assert (await world.client.get(path, params={"limit": "10"}, headers=operator())).status_code == 200


def operator() -> dict[str, str]:
    return {"Authorization": f"Bearer {token('operator', 'o-1')}"}
