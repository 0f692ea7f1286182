"""Tokens for OAUTHBEARER: one request for all clients of a process, renewed before the end, and what a failing endpoint does."""

import base64
from collections.abc import Iterator

import pytest

from streams.kafka.token_source import (
    AsyncProvider,
    BlockingProvider,
    TokenRequest,
    TokenSource,
    TokenUnavailable,
    fetch,
)
from tests.support.issuer import Issuer, issuing


class Endpoint:
    """Gives tokens t-1, t-2, … of 100 s, unless it is out of order."""

    def __init__(self) -> None:
        self.given = 0
        self.is_broken = False
        self.now_s = 1000.0

    def __call__(self) -> tuple[str, float]:
        if self.is_broken:
            raise TokenUnavailable("out of order")
        self.given += 1
        return f"t-{self.given}", 100.0


def source(endpoint: Endpoint) -> TokenSource:
    return TokenSource(endpoint, now_s=lambda: endpoint.now_s)


async def test_both_libraries_share_one_token() -> None:
    shared = source(Endpoint())

    assert (BlockingProvider(shared).token(), await AsyncProvider(shared).token()) == ("t-1", "t-1")


def test_a_token_is_renewed_before_its_end() -> None:
    endpoint = Endpoint()
    shared = source(endpoint)

    seen = []
    for at_s in (1000.0, 1079.0, 1081.0, 1150.0):
        endpoint.now_s = at_s
        seen.append(shared.token())

    assert seen == ["t-1", "t-1", "t-2", "t-2"]


def test_a_token_goes_on_to_its_end_while_the_endpoint_is_out_of_order() -> None:
    endpoint = Endpoint()
    shared = source(endpoint)
    shared.token()
    endpoint.is_broken = True

    endpoint.now_s = 1099.0
    assert shared.token() == "t-1"

    endpoint.now_s = 1101.0
    with pytest.raises(TokenUnavailable):
        shared.token()


def request(issuer: Issuer) -> TokenRequest:
    return TokenRequest(url=issuer.url, client="komek:api", secret="hunter 2", scope="kafka", ca=None)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


def test_the_client_identifies_itself_and_gets_token_and_lifetime(issuer: Issuer) -> None:
    issuer.gives("abc.def.ghi", 120)

    assert fetch(request(issuer)) == ("abc.def.ghi", 120.0)

    ((authorization, body),) = issuer.seen
    assert body == "grant_type=client_credentials&scope=kafka"
    assert base64.b64decode(authorization.removeprefix("Basic ")) == b"komek%3Aapi:hunter%202"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((401, {}, b"hunter 2"), "it answers 401"),
        # the secret must not follow a redirect
        ((302, {"Location": "/elsewhere"}, b""), "it answers 302"),
        ((200, {}, b"<html>"), "its answer has no access token"),
        ((200, {}, b"[]"), "its answer has no access token"),
        ((200, {}, b'{"access_token": "a\\nb"}'), "its answer has no access token"),
        ((200, {}, b'{"access_token": "a", "expires_in": "soon"}'), "its answer has no access token"),
    ],
)
def test_what_is_no_token_is_said_without_the_secret(
    issuer: Issuer, answer: tuple[int, dict[str, str], bytes], cause: str
) -> None:
    issuer.answer = answer

    with pytest.raises(TokenUnavailable) as raised:
        fetch(request(issuer))

    assert cause in str(raised.value)
    assert issuer.url in str(raised.value)
    assert "hunter" not in str(raised.value)
    assert len(issuer.seen) == 1


def test_an_endpoint_that_does_not_answer_is_named() -> None:
    with issuing() as gone:
        pass

    with pytest.raises(TokenUnavailable, match="nothing listens there"):
        fetch(request(gone))
