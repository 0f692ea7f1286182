"""Two operators edit one incident at the same time, each from what they last read: nothing is lost, nothing refused in vain."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.commands import UpdateIncident
from dispatch.model.private_refs import text_ref
from dispatch.model.vocabulary import Outcome, Priority
from dispatch.state.edits import PRIVATE_FIELDS, edit_version
from tests.support.builders import INCIDENT, Story, helpers, point, spec

FIELDS = ("priority", "location", "language", "requirements", *PRIVATE_FIELDS)
VALUES = 3

turns = st.lists(
    st.tuples(
        st.sampled_from(("read", "edit", "edit", "busy")),
        st.integers(0, 1),
        st.sampled_from(FIELDS),
        st.integers(0, VALUES - 1),
    ),
    max_size=40,
)


@dataclass
class Operator:
    """`edits`: per field, the version of its last edit when the operator last read the incident or was told that an own edit
    counts."""

    name: str
    edits: dict[str, int] = field(default_factory=dict)


def stated(what: str, value: int, command_id: str) -> dict[str, Any]:
    if what in PRIVATE_FIELDS:
        return {"private_ref": text_ref(INCIDENT, "update", command_id), "private_fields": (what,)}
    public: dict[str, dict[str, Any]] = {
        "priority": {"priority": (Priority.CRITICAL, Priority.HIGH, Priority.NORMAL)[value]},
        "location": {"area": point(lon=76.9 + value / 100)},
        "language": {"language": ("kk", "ru", "en")[value]},
        "requirements": {"requirements": (spec(count=value + 1),)},
    }
    return public[what]


def version_of(story: Story, what: str) -> int:
    edit = story.incident.edits.get(what)
    return edit.version if edit else 0


def edit(story: Story, operator: Operator, what: str, value: int) -> None:
    command_id = f"c-{len(story.decisions)}"
    known = operator.edits.get(what, 0)
    before = version_of(story, what)
    order = story._order() | {"by": operator.name}

    decided = story.tell(UpdateIncident(**order, **stated(what, value, command_id), expected_edits={what: known}))

    if decided.outcome is Outcome.REFUSED:
        # Refused only because somebody else has changed this very field since it was read.
        assert before > known
        assert decided.conflicts == (what,)
        operator.edits[what] = before  # the answer shows the present value
    elif decided.outcome is Outcome.APPLIED:
        # Never over a value that the operator has not seen.
        assert before <= known
        assert version_of(story, what) == decided.version == edit_version(story.incident)
        operator.edits[what] = decided.version


@given(turns)
def test_two_operators_lose_nothing_and_are_never_refused_in_vain(played: list[tuple[str, int, str, int]]) -> None:
    story = Story(helpers("one", "two", "three"))
    story.report(spec(), language="kk")
    operators = (Operator("operator-1"), Operator("operator-2"))

    for turn, who, what, value in played:
        if turn == "busy":
            # Notes, looks and offers raise the version of the incident, and of no field.
            before = edit_version(story.incident)
            story.note()
            story.retry()
            assert edit_version(story.incident) == before
        elif turn == "read":
            operators[who].edits = {name: version_of(story, name) for name in FIELDS}
        else:
            edit(story, operators[who], what, value)
