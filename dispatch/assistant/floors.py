"""When hints are not good enough to be shown: `verdict(…)`. The assistant then goes to the shadow by itself, and never comes back
by itself.

| work | floor of the lower bound (95 %) |
| --- | --- |
| report | 0.50: the likeliest type and place of a text; three types are shown, so the first need not be right |
| verify_report, find_duplicates | 0.50: a second look at what a person judges |
| geolocate | 0.60: a person starts where the hint points |
| call_back, translate, summarise, monitor_media | 0.25: shares of answers for which some hint was of use |
| transcription, picture | 0.25, and never judged: an operator confirms each text |

Values are judgement. `ENOUGH` judged hints are needed: with 50, a share of 0.64 has a bound of 0.50. After an operator has
switched it on again, only what is judged later counts, and `ENOUGH_AGAIN` of it are needed: people who know why it was bad may
be right. A language has its own figures and its own shadow.
"""

from collections.abc import Mapping
from enum import StrEnum

from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.standing import Figures, Standing, figures, lower_bound, recent_since

ENOUGH = 50
ENOUGH_AGAIN = 30
FLOORS: Mapping[HintTask, float] = {
    HintTask.REPORT: 0.50,
    HintTask.VERIFY_REPORT: 0.50,
    HintTask.FIND_DUPLICATES: 0.50,
    HintTask.GEOLOCATE: 0.60,
    HintTask.CALL_BACK: 0.25,
    HintTask.TRANSLATE: 0.25,
    HintTask.SUMMARISE: 0.25,
    HintTask.MONITOR_MEDIA: 0.25,
    # Nobody judges them: an operator has confirmed each text before it is one.
    HintTask.TRANSCRIPTION: 0.25,
    HintTask.PICTURE: 0.25,
}
BELOW_FLOOR = "below_floor"


class Verdict(StrEnum):
    """Whether hints are good enough, as far as it is judged. Values are on the wire."""

    TOO_FEW = "too_few"
    GOOD = "good"
    POOR = "poor"


def verdict(task: HintTask, found: Figures) -> Verdict:
    """Of everything that was judged, whatever switched the hints on."""
    if found.judged < ENOUGH:
        return Verdict.TOO_FEW
    return Verdict.POOR if found.lower_bound < FLOORS[task] else Verdict.GOOD


def is_below_floor(task: HintTask, standing: Standing, switched_on_ms: int | None = None) -> bool:
    """Whether enough is judged and the bound is below the floor. `switched_on_ms`: when a person switched these hints on."""
    if switched_on_ms is not None:
        later = recent_since(standing, switched_on_ms)
        return later.judged >= ENOUGH_AGAIN and lower_bound(later.right, later.judged) < FLOORS[task]
    return verdict(task, figures(standing)) is Verdict.POOR
