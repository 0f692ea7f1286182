"""How right software is about the labelled messages, each share with its 95 % interval, and how long it takes.

Each measure is a row; the lists are in `tests/dispatch/assistant/labelled.py`.
"""

from dispatch.assistant.missing import known_facts
from streams import clock
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, spread
from tests.dispatch.assistant.help_figures import HELPS
from tests.dispatch.assistant.labelled import FACTS, FILE, Message, Share, messages, shares

NAME = "assistant"
ABOUT = "what software reads out of labelled messages: right how often, and how fast"

MEASURES = (*FACTS, *HELPS)
BUDGETS = {"people: exact": 0.95, "phone: exact": 0.95}
"""What is promised."""
NOTES = (
    "the rules were mended by what these messages showed: other messages are read less well",
    "before the second half of the events was looked at, it gave: people 22/25, phones 10/10, when 124/142, negation 21/26"
    " (and 5 false ones), life threat 48/69 (and 14 false ones)",
)


def run(options: Options) -> Result:
    told = messages(options.messages or FILE)
    found = shares(MEASURES, told)
    return Result(
        figures=[*map(_figure, found), *spread("facts of a text", [_taken_ms(message) for message in told])],
        notes=() if options.messages else NOTES,
        details={share.name: {"right": share.right, "of": share.of, "interval": share.interval} for share in found},
    )


def _figure(share: Share) -> Figure:
    low, high = share.interval
    return Figure(
        name=share.name,
        value=share.value,
        unit=f"{share.right}/{share.of} [{low:.2f}, {high:.2f}]",
        at_least=BUDGETS.get(share.name),
        anywhere=share.name in BUDGETS,
    )


def _taken_ms(message: Message) -> float:
    line = message.line
    begun_s = clock.monotonic_s()
    known_facts(line, has_place=True)  # asks every part
    return (clock.monotonic_s() - begun_s) * 1000
