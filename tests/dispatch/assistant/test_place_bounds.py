"""What anybody may send: no text raises, takes unbounded work, or has a value without a span."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.assistant.distances import offsets_in, roads_in
from dispatch.assistant.mentions import MOST_MENTIONS, mentions_in
from dispatch.assistant.place_features import MOST_CANDIDATES, candidates_in
from dispatch.assistant.place_names import built_in_names
from dispatch.assistant.place_ranking import LEAST, MOST, places_in
from dispatch.assistant.texts import LONGEST, Text
from dispatch.model.places import Place

NAMES = built_in_names()
PIECES = st.sampled_from(
    [
        *(
            "Талгар",
            "Талғарда",
            "из Алматы",
            "3 км от",
            "Нұр-Сұлтан",
            "Усть-Кам.",
            "Алм. обл.",
            "Жаңажол",
            "М-36",
            "ауылы",
        ),
        *("не в", "Ust", "-Каменогорск", "не доезжая", "А", "a-b-c-d", "-", "--", "<script>", "'; DROP TABLE", "%s%n"),
        # Another direction, joined signs, other digits, letters that grow or shrink when they are folded.
        *("🔥", "\u202eАлматы", "\u0000", "Ал\u0301маты", "بيت", "١٢ км", "½ км", "ß", "İ", "ﬁ", "\ufeff", "　", "🇰🇿"),
        *("²", "１５ км", "\ud7ff", "a\u0300\u0300\u0300"),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join), st.lists(PIECES, max_size=40).map("".join)
)


@given(TEXTS, st.none() | st.builds(Place, lon=st.floats(-180, 180), lat=st.floats(-90, 90)))
@settings(max_examples=300, deadline=None)
def test_any_text_has_at_most_five_places_with_spans_in_it(whole: str, near: Place | None) -> None:
    text = Text(whole)
    places = places_in(text, near=near)

    assert len(places) <= MOST
    assert [one.probability for one in places] == sorted((one.probability for one in places), reverse=True)
    assert all(LEAST <= one.probability <= 1 for one in places)
    assert sum(one.probability for one in places) <= 1 + 1e-9
    spans = [span for one in places for span in (*one.spans, *([one.radius_span] if one.radius_span else []))]
    spans += [one.span for one in offsets_in(text)] + [one.span for one in roads_in(text)]
    assert all(one.spans for one in places)
    assert all(0 <= start < end <= len(whole) for start, end in spans)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_mentions_are_in_order_and_apart(whole: str) -> None:
    found = mentions_in(Text(whole), NAMES)

    assert len(found) <= MOST_MENTIONS + 10
    assert all(one.span[1] <= two.span[0] for one, two in pairwise(found))


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_the_same_text_has_the_same_places(whole: str) -> None:
    assert places_in(Text(whole)) == places_in(Text(whole))


@pytest.mark.parametrize(
    "piece",
    [
        "Алматы ",
        "Жаңажол ",
        "Талгр ",
        "а",
        "Алматы-",
        "3 км от Талгара ",
        "+7 701 000 00 00 Абай Нурлан\n",
        "🔥",
        "\u202e",
        "м" * 50 + " ",
        "-",
    ],
)
def test_the_work_on_a_long_text_is_bounded(piece: str) -> None:
    text = Text(piece * (100_000 // len(piece)))

    candidates = candidates_in(text, NAMES)
    assert len(candidates) <= MOST_CANDIDATES
    assert all(end <= LONGEST for one in places_in(text) for _, end in one.spans)
    assert all(one.span[1] <= LONGEST for one in offsets_in(text))
