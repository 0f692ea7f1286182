"""Figures of the places that the assistant reads out of messages: shares by cross-validation over events, and times."""

import gc

from dispatch.assistant.place_ranking import places_in
from dispatch.assistant.texts import Text
from streams import clock
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, percentile
from tests.dispatch.assistant.place_figures import Judged, Measure, measures
from tests.dispatch.assistant.place_training import cross_validated, load

NAME = "assistant_places"
ABOUT = "places that the assistant reads out of labelled messages: right how often, and how fast"
FLOORS = {"right place first": 0.85, "right place among three": 0.93}
CEILINGS = {"calibration error": 0.05}
NOVEL = "Жаңажолдан Талгарга кетип бара жатып Алматының түбінде апатқа ұшырадық, 3 км от Талгара. "


def run(options: Options) -> Result:
    if options.messages or options.quick:
        told = load(options.messages) if options.messages else load()
        read = [Judged(message=one, text=one["text"], places=places_in(Text(one["text"]))) for one in told]
        note = "by the shipped weights" + ("" if options.messages else ", which were learnt from the same messages")
        return Result(figures=[*(_figure("as written", one) for one in measures(read)), *times()], notes=(note,))
    judged = cross_validated(load())
    shares = [_figure(kind, one) for kind, ones in judged.items() for one in measures(ones)]
    return Result(figures=[*shares, *times()], notes=("each message is judged by weights from other events",))


def times() -> list[Figure]:
    """Of the labelled messages, and of a text that is as long as is read and full of names."""
    texts = [message["text"] for message in load()]
    for text in texts:
        places_in(Text(text))
    gc.collect()
    took = [_ms(text) for text in texts for _ in range(3)]
    return [
        Figure(name="a message p50", value=percentile(took, 0.5), unit="ms", at_most=1.0),
        Figure(name="a message p95", value=percentile(took, 0.95), unit="ms"),
        Figure(name="100 kB of names", value=min(_ms(NOVEL * 1_200) for _ in range(5)), unit="ms", at_most=20.0),
    ]


def _ms(text: str) -> float:
    begun_s = clock.monotonic_s()
    places_in(Text(text))
    return (clock.monotonic_s() - begun_s) * 1000


def _figure(kind: str, one: Measure) -> Figure:
    is_plain = kind == "as written"
    return Figure(
        name=f"{kind}: {one.name}",
        value=round(one.value, 3),
        unit=f"[{one.low:.3f}, {one.high:.3f}] n={one.count}",
        at_least=FLOORS.get(one.name) if is_plain else None,
        at_most=CEILINGS.get(one.name) if is_plain else None,
        anywhere=is_plain and one.name in FLOORS,
    )
