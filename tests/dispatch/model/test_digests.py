"""Digests are compared like with like; records from before they were keyed stay readable."""

from dataclasses import replace

import pytest

from dispatch.model.digests import are_comparable, external_digest, plain_external_id
from tests.support.builders import incident


@pytest.mark.parametrize(
    ("one", "other", "comparable"),
    [
        ("k1-aa:0", "k1-aa:1", True),
        ("k1-aa:0", "k1-bb:0", False),  # under two keys
        ("k1-aa:0", "0", False),  # from before and after digests were keyed
        ("0", "1", True),  # both from before
    ],
)
def test_only_digests_of_one_scheme_are_comparable(one: str, other: str, comparable: bool) -> None:
    assert are_comparable(one, other) is are_comparable(other, one) is comparable


def test_the_digest_of_a_report_counts_where_it_has_one() -> None:
    assert external_digest(incident(external_id="112-7", external_digest="k")) == "k"
    assert external_digest(incident()) is None


def test_an_older_incident_keeps_the_index_entry_that_redis_has_of_it() -> None:
    older = incident(external_id=" N-112 ")

    assert external_digest(older) == "72ace9ee0bec5e46af293ca0f41f40f8"
    assert external_digest(replace(older, external_id="n-112")) == "72ace9ee0bec5e46af293ca0f41f40f8"
    assert external_digest(replace(older, external_id="  ")) is None


def test_only_the_content_of_an_external_id_is_hashed() -> None:
    assert plain_external_id("  № A-7\n") == "no a-7"
    assert plain_external_id(None) is plain_external_id(" ") is None
