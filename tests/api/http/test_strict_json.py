"""The strict JSON parser: RFC 8259 and the limits of the API. The samples are those of JSONTestSuite."""

import json
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.strict_json import BadJson, parse
from tests.api import hostile
from tests.support.api_world import World, code

PARSING = hostile.files("json_parsing") if hostile.ROOT.is_dir() else []
TRANSFORM = hostile.files("json_transform") if hostile.ROOT.is_dir() else []

ROUTES = (
    ("POST", "/v1/incidents", "operator"),
    ("PATCH", "/v1/incidents/i-8320e5-" + "a" * 32, "operator"),
    ("PUT", "/v1/volunteers/v-1", "operator"),
    ("POST", "/v1/locations", "tracker"),
    ("POST", "/v1/offers/o-8320e5-" + "a" * 32 + "-" + "b" * 16 + "/progress", "volunteer"),
)


@hostile.needed
@pytest.mark.parametrize("path", [p for p in PARSING if p.name[0] == "n"], ids=lambda path: path.name)
async def test_invalid_json_is_refused_by_every_route_with_its_position(world: World, path: Path) -> None:
    body = hostile.read(path)
    for method, route, role in ROUTES:
        answer = await world.ask(method, route, raw=body, role=role)

        assert (answer.status_code, code(answer)) == (400, "bad_json"), route
        place = answer.json()
        assert place["line"] >= 1
        assert place["column"] >= 1
        assert 0 <= place["offset"] <= len(body)
    assert world.log.messages == []


@hostile.needed
@pytest.mark.parametrize("path", [p for p in PARSING if p.name[0] == "y"], ids=lambda path: path.name)
async def test_what_is_json_is_read(world: World, path: Path) -> None:
    for method, route, role in ROUTES:
        answer = await world.ask(method, route, raw=hostile.read(path), role=role)

        assert 400 <= answer.status_code < 500
        assert code(answer) != "bad_json", route


@hostile.needed
@pytest.mark.parametrize("path", [*TRANSFORM, *(p for p in PARSING if p.name[0] == "i")], ids=lambda path: path.name)
async def test_json_on_which_parsers_disagree_causes_no_error(world: World, path: Path) -> None:
    for method, route, role in ROUTES:
        answer = await world.ask(method, route, raw=hostile.read(path), role=role)

        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    ("body", "code_", "offset"),
    [
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "duplicate_key", 23),
        (b'{"a": 1, "\\u0061" : 2}', "duplicate_key", 9),  # the same key, once escaped
        ('{"я": 1,\n"ю": {"я": 1,\n"я": 2}}'.encode(), "duplicate_key", 23),
        (b'{"a\\":": 1, "a\\":": [1]}', "duplicate_key", 12),
        (b'{"a": "\\u0000"}', "nul_character", 7),
        (b'{"\\u0000": 1}', "nul_character", 2),
        (b'["\\ud800"]', "bad_json", 2),
        (b'["\\ud800\\ud800"]', "bad_json", 2),
        (b'["\\udc00"]', "bad_json", 2),
        (b"[1e999]", "bad_json", 1),
        (b"[-1e999]", "bad_json", 1),
        (b"[9223372036854775808]", "bad_json", 1),
        (b"[-9223372036854775809]", "bad_json", 1),
        (b"[" + b"1" * 5000 + b"]", "bad_json", 1),
        (b"[Infinity]", "bad_json", 1),
        (b"[-Infinity]", "bad_json", 1),
        (b"[1,\n NaN]", "bad_json", 5),
        (b"[" * 33, "bad_json", 32),
        ('["я", }'.encode(), "bad_json", 6),
        (b'["\xff"]', "bad_json", 2),
        (b"\xef\xbb\xbf[]", "bad_json", 0),
        (b"", "bad_json", 0),
        ('{"я":\n"ю'.encode(), "bad_json", 8),  # cut off: the end
        (b"[1,\n", "bad_json", 4),
    ],
)
def test_the_place_of_the_fault_is_given(body: bytes, code_: str, offset: int) -> None:
    with pytest.raises(BadJson) as caught:
        parse(body)

    assert (caught.value.code, caught.value.offset) == (code_, offset)


@pytest.mark.parametrize(
    "body",
    [
        b'["\\ud83d\\ude00"]',  # a complete surrogate pair
        b'["\\\\u0000"]',  # an escaped backslash before u0000
        b'["NaN", "1e999", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]',  # inside strings
        b"[9223372036854775807, -9223372036854775808, 1e308, 1e-999]",
        b"[" * 32 + b"]" * 32,
        b'{"a": {"a": {"a": 1}}}',
    ],
)
def test_what_only_looks_odd_is_read(body: bytes) -> None:
    parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[NaN," + b'"' + b'\\"' * 32_000,
        b"[" * 40 + b'"' + b'\\"' * 32_000,
        b'["\\u0000' + b'\\"' * 32_000,
        b'{"a":' * 12_000,
        b'"' + b"\\" * 65_000,
        b"[" + b"1e99," * 13_000,
    ],
)
def test_no_body_takes_long(body: bytes) -> None:
    with pytest.raises(BadJson):
        parse(body)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_body_is_read_or_refused(body: str | bytes) -> None:
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    try:
        parse(raw)
    except BadJson as error:
        offset = error.offset
    else:
        offset = 0
    assert 0 <= offset <= len(raw)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for pair in value.items() for each in pair for leaf in _leaves(each)]
    return [leaf for each in value for leaf in _leaves(each)] if isinstance(value, list) else [value]


numbers = st.integers(-(2**64), 2**64) | st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1]) | st.floats()
wrapped = st.tuples(st.integers(26, 36), st.booleans(), st.booleans() | numbers)


@given(st.recursive(numbers | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)) | wrapped)
def test_a_body_within_the_limits_is_read_unchanged_and_any_other_refused(value: Any) -> None:
    if isinstance(value, tuple):
        levels, in_objects, value = value
        for _ in range(levels):
            value = {"a": value, "b": 1} if in_objects else ["[", value]
    text = json.dumps(value)
    leaves = _leaves(value)
    numbers_fit = all(-(2**63) <= leaf < 2**63 for leaf in leaves if isinstance(leaf, int))
    numbers_fit &= all(isfinite(leaf) for leaf in leaves if isinstance(leaf, float))

    if numbers_fit and _depth(value) <= 32 and not any("\0" in leaf for leaf in leaves if isinstance(leaf, str)):
        assert parse(text.encode()) == value
    else:
        with pytest.raises(BadJson):
            parse(text.encode())
