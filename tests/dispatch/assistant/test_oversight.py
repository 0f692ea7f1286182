"""Which work gets no hints."""

from dispatch.assistant.oversight import HIDDEN_SHARE, is_hidden


def test_the_stated_share_of_offers_gets_no_hints() -> None:
    hidden = sum(is_hidden(f"o-{number}") for number in range(20_000))

    assert abs(hidden / 20_000 - HIDDEN_SHARE) < 0.01


def test_an_offer_is_hidden_always_or_never() -> None:
    assert {is_hidden("o-1") for _ in range(10)} in ({True}, {False})
    assert not is_hidden("o-1", 0.0)
    assert is_hidden("o-1", 1.0)
