"""Warnings of this deployment: the chain of CAP messages about one hazard area, from the states that the area had.

Each change of the area is one message; while it stands, an update renews the last one before it expires, so that who loses sight
of us stops warning by itself. Everything follows from the log and the time: whoever asks, and when, gets the same messages. No
message has a text of a person: titles of types and fixed sentences only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.cap.messages import Alert, CapArea, Info, Reference
from dispatch.model.drawn_areas import lines_of
from dispatch.model.places import Area
from dispatch.model.vocabulary import Certainty, Priority

VALID_MS = 12 * 3_600_000
RENEWED_MS = 11 * 3_600_000
"""An hour is left to read the renewal."""
MOST_REFERENCES = 20
MOST_RENEWALS = 200
"""Of one state of the area: three months. Beyond them the last one expires, and the area has to be looked at."""
LANGUAGES = ("kk", "ru", "en")
CODE_NAME = "KOMEK"
"""`valueName` of the event code: the incident type."""
IMPORTED = "cap-"
"""How external ids of imported alerts begin (`steps.py`)."""

_CERTAINTIES = {
    Certainty.UNCONFIRMED: "Possible",
    Certainty.CONFIRMED: "Observed",
    Certainty.DISPUTED: "Possible",
    Certainty.FALSE: "Unlikely",
}
"""Only what somebody has verified is said to have been observed."""
_CATEGORIES = {
    "flood": "Met",
    "storm": "Met",
    "earthquake": "Geo",
    "hazmat": "CBRNE",
    "fire": "Fire",
    "medical": "Health",
}
_SEVERITIES = {
    Priority.CRITICAL: "Extreme",
    Priority.HIGH: "Severe",
    Priority.NORMAL: "Moderate",
    Priority.LOW: "Minor",
}
_HEADLINES = {"kk": "Қауіпті аймақ: {title}", "ru": "Опасная зона: {title}", "en": "Hazard area: {title}"}
_ENDED = {
    "kk": "Қауіпті аймақ жойылды: {title}",
    "ru": "Опасная зона снята: {title}",
    "en": "Hazard area has ended: {title}",
}
_DRILLS = {"kk": "ОҚУ-ЖАТТЫҒУ. {text}", "ru": "УЧЕНИЯ. {text}", "en": "EXERCISE. {text}"}
# Not "leave it": near a release of dangerous material going out may be worse than staying in.
_INSTRUCTIONS = {
    "kk": "Бұл аймаққа кірмеңіз. Ішінде болсаңыз, құтқару қызметтерінің нұсқауларын орындаңыз. "
    "Қауіп төнсе, 112-ге қоңырау шалыңыз.",
    "ru": "Не входите в эту зону. Если вы внутри, следуйте указаниям экстренных служб. При опасности звоните 112.",
    "en": "Keep out of this area. If you are inside, follow the instructions of the emergency services. In danger call 112.",
}
_AREAS = {"kk": "Қауіпті аймақ", "ru": "Опасная зона", "en": "Hazard area"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The hazard area of an incident since its `version`; `area` None: it has none any more."""

    version: int
    since_ms: int
    type: str
    priority: Priority
    area: Area | None
    is_drill: bool = False
    certainty: Certainty = Certainty.UNCONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who warns. `sender`: unique in the world; `names` by language; `titles`: of incident types, by type and language."""

    sender: str
    names: Mapping[str, str]
    titles: Mapping[str, Mapping[str, str]]


def chain_of(incident_id: str, grounds: Sequence[Ground], publisher: Publisher, now_ms: int) -> list[Alert]:
    """All messages until now, the oldest first."""
    messages: list[Alert] = []
    referenced: list[Reference] = []
    ends = [following.since_ms for following in grounds[1:]] + [now_ms + 1]
    for ground, end_ms in zip(grounds, ends, strict=False):
        for number, sent_ms in enumerate(_times(ground, end_ms)):
            name = f"{incident_id}.{ground.version}" + (f"-{number}" if number else "")
            message = _message(name, sent_ms, ground, _drawn(ground, messages), referenced, publisher)
            messages.append(message)
            # Past an end nothing is referred to: the next area is another warning.
            referenced = [*referenced, message.name][-MOST_REFERENCES:] if ground.area is not None else []
    return messages


def _times(ground: Ground, end_ms: int) -> list[int]:
    if ground.area is None:
        return [ground.since_ms]
    times = range(ground.since_ms, max(end_ms, ground.since_ms + 1), RENEWED_MS)
    return list(times[: MOST_RENEWALS + 1])


def _drawn(ground: Ground, before: Sequence[Alert]) -> tuple[str, ...]:
    """The polygons; an end names those of the area that has ended."""
    if ground.area is None:
        return before[-1].infos[0].areas[0].polygons if before else ()
    return tuple(" ".join(f"{p.lat:.6f},{p.lon:.6f}" for p in line) for line in lines_of(ground.area))


def _message(
    name: str,
    sent_ms: int,
    ground: Ground,
    polygons: tuple[str, ...],
    referenced: Sequence[Reference],
    publisher: Publisher,
) -> Alert:
    # CAP has whole seconds.
    sent_ms -= sent_ms % 1000
    kind = "Cancel" if ground.area is None else "Update" if referenced else "Alert"
    infos = [_info(language, sent_ms, ground, polygons, publisher) for language in LANGUAGES]
    return Alert(
        version="1.2",
        identifier=name,
        sender=publisher.sender,
        sent_ms=sent_ms,
        status="Exercise" if ground.is_drill else "Actual",
        message_type=kind,
        scope="Public",
        references=tuple(referenced),
        infos=tuple(infos),
    )


def _info(language: str, sent_ms: int, ground: Ground, polygons: tuple[str, ...], publisher: Publisher) -> Info:
    title = publisher.titles.get(ground.type, {}).get(language) or ground.type
    is_over = ground.area is None
    headline = (_ENDED if is_over else _HEADLINES)[language].format(title=title)
    info = Info(
        language=language,
        categories=(_CATEGORIES.get(ground.type.partition(".")[0], "Safety"),),
        event=title,
        responses=("AllClear",) if is_over else ("Avoid",),
        urgency="Past" if is_over else "Immediate",
        severity="Minor" if is_over else _SEVERITIES[ground.priority],
        certainty=_CERTAINTIES[ground.certainty],
        event_codes=((CODE_NAME, ground.type),),
        onset_ms=None if is_over else ground.since_ms - ground.since_ms % 1000,
        expires_ms=sent_ms + VALID_MS,
        sender_name=publisher.names.get(language, ""),
        headline=_DRILLS[language].format(text=headline) if ground.is_drill else headline,
        instruction="" if is_over else _INSTRUCTIONS[language],
    )
    if not polygons:
        return info
    return replace(info, areas=(CapArea(description=_AREAS[language], polygons=polygons),))
