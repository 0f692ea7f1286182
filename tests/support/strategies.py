"""All Hypothesis strategies, and the profile they run under.

The profile is fixed: the same examples on every machine, so a red build is red again. `HYPOTHESIS_PROFILE=explore` looks for
new ones, ten times as many.
"""

import base64
import operator
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from dispatch.model.geo import Box
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.offers import HintOpinion
from dispatch.model.people import Candidate, Found
from dispatch.model.places import Place
from dispatch.model.reasons import Exclusion
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import OUTCOMES_OF_TASK, Capability, OnFalse, Task, TravelMode

# How long it takes to draw says how busy the machine is, nothing about the code.
UNTIMED = (HealthCheck.too_slow,)
settings.register_profile("fixed", deadline=None, derandomize=True, database=None, suppress_health_check=UNTIMED)
settings.register_profile("explore", deadline=None, max_examples=1_000, suppress_health_check=UNTIMED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

SKILLS = ("first_aid", "boat", "doctor")
"""Few, so that needs compete for the same people."""
VOLUNTEERS = tuple(f"v-{number}" for number in range(8))
OUTCOMES = tuple(sorted(frozenset[str]().union(*OUTCOMES_OF_TASK.values())))


def a(word: type[StrEnum]) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(word))


# The small world: people and needs that meet.


def languages(*, at_least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(["kk", "ru", "en", "kk-Cyrl"]), min_size=at_least, max_size=2, unique=True).map(
        tuple
    )


def candidates() -> st.SearchStrategy[Candidate]:
    return st.builds(
        Candidate,
        volunteer_id=st.sampled_from(VOLUNTEERS),
        skills=st.frozensets(st.sampled_from(SKILLS), min_size=1),
        languages=languages(at_least=1),
        travel_mode=a(TravelMode),
        max_distance_m=st.none() | st.integers(0, 60_000),
        distance_m=st.none() | st.floats(0, 60_000),
        fix_age_s=st.none() | st.floats(0, 4_000),
        from_home=st.booleans(),
        load=st.floats(0, 20),
        accepted=st.floats(0, 20),
        refused=st.floats(0, 20),
        upheld=st.floats(0, 20),
        overruled=st.floats(0, 20),
        work=st.floats(0, 5),
        offers_last_hour=st.sampled_from([0, 0, 0, 1, 12]),
        rested_s=st.sampled_from([None, None, None, 60.0, 9_000.0]),
        worked_heavy=st.booleans(),
    )


def crowds(*, twice: bool = False) -> st.SearchStrategy[list[Candidate]]:
    """People as a search gives them; `twice`: it may name somebody more than once."""
    one = candidates()
    if twice:
        return st.lists(one, max_size=16)
    return st.lists(one, max_size=8, unique_by=lambda person: person.volunteer_id)


def specs() -> st.SearchStrategy[RequirementSpec]:
    return st.builds(
        RequirementSpec,
        capability=a(Capability),
        skill=st.sampled_from(SKILLS),
        count=st.integers(1, 4),
        languages=languages(),
        max_distance_m=st.none() | st.integers(500, 60_000),
        window_s=st.none() | st.integers(10, 300),
        task=st.none() | a(Task),
        lease_s=st.none() | st.integers(30, 300),
        answers_wanted=st.integers(1, 3),
        agree=st.integers(1, 3),
        validated=st.booleans(),
        assistant_counts=st.booleans(),
        on_false=a(OnFalse),
        any_of=st.lists(st.sampled_from(SKILLS), max_size=2, unique=True).map(tuple),
    )


def stated_requirements() -> st.SearchStrategy[tuple[RequirementSpec, ...]]:
    return st.lists(specs(), min_size=1, max_size=3).map(tuple)


def hint_opinions() -> st.SearchStrategy[HintOpinion]:
    """What hints say about answers, proven and not."""
    return st.builds(
        HintOpinion,
        hint_id=st.sampled_from(["h-1", "h-2"]),
        version=st.just("1"),
        agrees=st.booleans(),
        was_shown=st.booleans(),
        right=st.just(60),
        judged=st.sampled_from([10, 60]),
        lower_bound=st.sampled_from([0.5, 0.96]),
    )


def found(*, twice: bool = False) -> st.SearchStrategy[Found]:
    return st.builds(
        Found,
        candidates=crowds(twice=twice).map(tuple),
        excluded=st.dictionaries(a(Exclusion), st.integers(0, 9), max_size=3),
        searched_m=st.none() | st.floats(0, 60_000),
        complete=st.booleans(),
    )


# The wire: every record with every value its types allow, sensible or not.

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_NUMBERS = st.integers(-(2**53), 2**53)
_REALS = st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _REALS | _TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXTS, inner, max_size=2),
    max_leaves=4,
)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    NoneType: st.none(),
    bool: st.booleans(),
    int: _NUMBERS,
    float: _REALS,
    str: _TEXTS,
    object: _JSON,
    Any: _JSON,
}


def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as the records on the wire use it: plain values, enumerations, dataclasses, and tuples, mappings
    and unions of these."""
    # A NewType, such as `RecordedM`: its values are those of the type below it.
    hint = getattr(hint, "__supertype__", hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return st.one_of([any_of(one) for one in inner])
    if origin is tuple and inner[-1] is not Ellipsis:
        return st.tuples(*map(any_of, inner))
    if origin is tuple:
        return st.lists(any_of(inner[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(_TEXTS, any_of(inner[1]), max_size=2)
    if issubclass(hint, StrEnum):
        return a(hint)
    hints = get_type_hints(hint)
    return st.builds(hint, **{entry.name: _field(entry.name, hints[entry.name]) for entry in fields(hint)})


def _field(name: str, hint: Any) -> st.SearchStrategy[Any]:
    """Language codes are read in their one form, so only in that form do they come back as they went."""
    if name == "languages":
        return any_of(hint).map(canonicals)
    if name == "language" and hint == str | None:
        return any_of(hint).map(as_shown)
    return any_of(hint)


# Tokens of an issuer that checks nothing.


def _json_values() -> st.SearchStrategy[Any]:
    numbers = st.integers() | st.floats() | st.sampled_from([10**400, 2**53, -1, 0])
    # With surrogates: JSON can escape a lone one.
    return st.recursive(
        st.none() | st.booleans() | numbers | st.text(st.characters(), max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )


def hostile_claims(valid: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    """Valid claims of which some are missing or replaced by any JSON, near misses included."""
    near = {
        "sub": st.text(st.characters(), min_size=1, max_size=4).map("op-{}".format),
        "role": st.sampled_from(["admin", "ADMIN", " operator", "king", ["operator"], {"operator": 1}]),
        "aud": st.lists(_json_values() | st.just("komek-api"), max_size=4),
        "exp": st.integers(1_794_990_000, 1_798_000_000) | st.floats(1.79e9, 1.8e9),
        "iat": st.integers(1_794_990_000, 1_795_000_100) | st.floats(1.79e9, 1.8e9),
        "nbf": st.integers(1_794_999_000, 1_795_001_000),
        "jti": st.text(st.characters(), max_size=200),
    }
    # At most two at once: the first invalid one ends the check, and the others would never be read.
    changes = _some_of({name: values | _json_values() for name, values in near.items()}, most=2)
    missing = st.none() | st.sampled_from(sorted(valid))
    return st.builds(
        lambda changed, left_out: {name: value for name, value in (valid | changed).items() if name != left_out},
        changes,
        missing,
    )


def _some_of(values: Mapping[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sets(st.sampled_from(sorted(values)), max_size=most)
    return names.flatmap(lambda some: st.fixed_dictionaries({name: values[name] for name in sorted(some)}))


def headers_of_tokens() -> st.SearchStrategy[dict[str, Any]]:
    """Parameters that are added to a valid header; most often none."""
    parameters = {
        "alg": st.sampled_from(["Ed25519", "EdDSA", "none", "HS256", "RS256"]) | _json_values(),
        "kid": st.just("one") | _json_values(),
        "typ": st.sampled_from(["JWT", "at+jwt", "logout+jwt"]) | _json_values(),
        "crit": _json_values(),
        "b64": _json_values(),
    }
    return st.just({}) | _some_of(parameters, most=1)


def hostile_keys(valid: Sequence[Mapping[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Keys of a JWK Set of which up to two parameters are replaced by any JSON or by base64url of any bytes."""
    texts = st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
    names = ("kty", "crv", "x", "y", "n", "e", "d", "p", "q", "dp", "dq", "qi", "kid", "use", "alg", "key_ops")
    values = texts | _json_values() | st.sampled_from(["P-256", "Ed25519", "RSA", "EC", "OKP", ["verify"], ["sign"]])
    return st.builds(operator.or_, st.sampled_from(valid), _some_of(dict.fromkeys(names, values), most=2))


# People on a map, and what is asked about it.


def places_in(box: Box) -> st.SearchStrategy[Place]:
    return st.builds(Place, lon=st.floats(box.west, box.east), lat=st.floats(box.south, box.north))


def boxes() -> st.SearchStrategy[Box]:
    """Of any size, also across the antimeridian."""
    degrees = st.tuples(st.floats(-180, 180), st.floats(-85, 85), st.floats(-180, 180), st.floats(-85, 85))
    return degrees.map(lambda at: Box(west=at[0], south=min(at[1], at[3]), east=at[2], north=max(at[1], at[3])))


def people_on_map(box: Box) -> st.SearchStrategy[list[tuple[Place, frozenset[str], str]]]:
    """Of each person the place, the skills, and whether they are free or engaged."""
    skills = st.frozensets(st.sampled_from(SKILLS), min_size=1)
    return st.lists(st.tuples(places_in(box), skills, st.sampled_from(["free", "engaged"])), max_size=12)
