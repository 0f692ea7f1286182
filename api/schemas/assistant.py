"""What the assistant reads out of texts, and which of its work is on. Hints of software to people; never commands."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.fields import PointField, word
from api.schemas.base import NOT_BLANK, Body, Geometry, Shown, Time
from api.schemas.places import NamesShown
from dispatch.assistant.floors import Verdict
from dispatch.assistant.hint_kinds import HintKind, HintTask
from dispatch.assistant.languages import Language
from dispatch.assistant.likely_duplicates import DuplicateReason
from dispatch.assistant.missing import Fact
from dispatch.gazetteer.records import Kind
from streams.wire import Mode

Span = Annotated[list[int], Field(min_length=2, max_length=2)]
"""`[start, end)` in code points of the original."""
Probability = Annotated[float, Field(ge=0, le=1)]


class ReportText(Body):
    """A text to be read. Nothing of it is stored. `near`: where the caller probably is; it weighs places and filters none."""

    text: Annotated[str, Field(min_length=1, max_length=10_000), NOT_BLANK]
    near: PointField | None = None


class LanguageRead(Shown):
    value: Language
    probability: Probability


class InText(Shown):
    """Every value has the places of the text that say it."""

    spans: list[Span]


class TypeRead(InText):
    value: str
    probability: Probability


class PlaceRead(InText):
    """`probability`: that it happens there. `distance_m`, `direction`: how far from it the text says it is; null: it is the place
    itself."""

    id: str
    name: NamesShown
    kind: Kind
    district: NamesShown | None
    region: NamesShown | None
    location: Geometry
    distance_m: float | None
    direction: str | None
    probability: Probability


class RoadRead(InText):
    code: str


class PeopleRead(InText):
    """`upper`: the higher number of "three or four"; `is_about`: "some thirty"."""

    count: int
    upper: int | None
    is_about: bool


class PhoneRead(InText):
    """`text`: as it is written. `normal`: in international form; null where the country is not certain."""

    text: str
    normal: str | None


class NameRead(InText):
    text: str


class TimeRead(InText):
    when: Literal["now", "past", "future"]


class Told(InText):
    what: str


class QuestionRead(Shown):
    """`code`: of the phrase that asks for the fact at incidents of this type. The texts of the three languages say the same."""

    fact: Fact
    code: str
    kk: str
    ru: str
    en: str


class SimilarRead(Shown):
    """`likeness`: of the words, 0 to 1; null where they cannot be compared. `reasons`: what counts most first."""

    incident_id: str
    probability: Probability
    likeness: float | None
    reasons: list[DuplicateReason]


class CardRead(Shown):
    """The same lines in three languages."""

    kk: str
    ru: str
    en: str


class StandingRead(Shown):
    """How right the type named first has been in this language, as people judged it. `verdict`: `too_few` are judged to tell,
    `good` enough, or `poor` and shown all the same, since a person switched it on. `lower_bound`: null where none is judged."""

    verdict: Verdict
    judged: int
    lower_bound: float | None


class ReportRead(Shown):
    """What software read out of the text. None of it is certain, and nothing is chosen: a person decides."""

    made_by: Literal["assistant"]
    """The mark of what software made: it stays with the values wherever they are shown or stored."""
    language: LanguageRead
    types: Annotated[list[TypeRead], Field(max_length=3)]
    places: Annotated[list[PlaceRead], Field(max_length=5)]
    roads: list[RoadRead]
    people: list[PeopleRead]
    phones: list[PhoneRead]
    names: list[NameRead]
    """Of whoever tells, as they say it themselves; never a name that merely stands in the text."""
    times: list[TimeRead]
    denied: list[Told]
    """What the text says is not so: no fire, nobody hurt."""
    threats: list[Told]
    """Danger to life."""
    missing: list[Fact]
    """What is still to be asked, most important first."""
    questions: list[QuestionRead]
    """The same as questions of the phrasebook."""
    similar: list[SimilarRead]
    """Open incidents that the text may tell of, for operators; the likeliest first."""
    card: CardRead | None
    """What the text says, line by line; null where it says nothing."""
    model: str
    version: str
    took_ms: float
    standing: StandingRead


class TextRecognised(Shown):
    """What a model of the deployer wrote down: a draft until a person has compared it with the recording or the picture."""

    made_by: Literal["assistant"]
    text: Annotated[str, Field(max_length=4_000)]
    """Empty where nothing was heard, or stands there."""
    language: LanguageRead
    model: str
    took_ms: float


class HintShown(Shown):
    """A hint about a text of the incident. `value`: by `kind`, as in the answer of `POST /v1/assistant/report`.

    `shown_to`: the people at digital work who see it. `mode`: `shadow` hints are shown to operators only, as such.
    """

    id: str
    made_by: Literal["assistant"]
    kind: HintKind
    value: dict[str, Any]
    spans: list[Span]
    probability: Probability | None
    model: str
    version: str
    at: Time
    source: Literal["description", "result", "report"]
    offer_id: str | None
    """Of a result: whose text it is about."""
    report_id: str | None = None
    """Of a report that was merged into the incident: which one. Only what contradicts or repeats another text is told of it."""
    shown_to: list[str]
    mode: Mode


class VerdictBody(Body):
    """Whether what the hint says is so."""

    right: bool


class VerdictShown(Shown):
    hint_id: str
    right: bool


class HintList(Shown):
    items: list[HintShown]


class ModeBody(Body):
    mode: Annotated[Mode, word(Mode)]


class TaskModeBody(ModeBody):
    """`language` null: in all languages."""

    language: Annotated[Language, word(Language)] | None = None


class ModeShown(Shown):
    """Who set a mode, and when."""

    task: HintTask | None
    language: Language | None
    mode: Mode
    by: str | None
    at: Time | None


class Share(Shown):
    judged: int
    right: int


class TaskStanding(ModeShown):
    """A kind of work in one language (null: its switch for all languages, without figures).

    `verdict`: whether that is good enough; `too_few` with less than `enough` judged.
    `reason`: `below_floor` where the assistant itself shows nothing. `version`: of the hints that were judged last; figures are
    of these alone. `right`, `judged`: each volunteer counts 20 times at most. `lower_bound`: of Wilson's interval (95 %). Below
    `floor` with 50 judged, hints are shown to nobody. `alone`: judged by people who had not seen the hint; `hidden`: by those who
    work without hints. `calibration_error`: mean distance of probability and truth. `drift`: share that is right of the newest 50
    less that before; `is_drifting`: more than chance (99 %). `automation_bias`: how much more often people repeat a wrong hint
    when it is shown than those who work without; of `wrong_shown` and `wrong_hidden` answers. Null: not enough is judged.
    """

    verdict: Verdict
    enough: int
    reason: str | None
    version: str | None
    judged: int
    right: int
    lower_bound: float | None
    floor: float
    alone: Share
    hidden: Share
    calibration_error: float | None
    drift: float | None
    is_drifting: bool
    automation_bias: float | None
    wrong_shown: int
    wrong_hidden: int
    judged_at: Time | None


class LearntShown(Shown):
    """Weights of types that were learnt from settled work. `before`, `after`: mean log loss on `held_out` examples that were not
    learnt from."""

    digest: str
    examples: int
    held_out: int
    before: float
    after: float
    at: Time


class AssistantShown(Shown):
    """`is_running`: an assistant gave a sign of life within two seconds; null while that cannot be known. `mode`: of all work."""

    is_running: bool | None
    mode: Mode
    by: str | None
    at: Time | None
    hidden_share: float
    lag: int | None
    """Decisions whose texts are not read yet; null: not known."""
    learnt: LearntShown | None
    media: list[HintTask]
    """The work with recordings and pictures for which the deployer has set a model."""
    tasks: list[TaskStanding]
