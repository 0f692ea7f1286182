"""Makes `dispatch/assistant/data/type_weights.tsv` from the project's messages: `python .ci/type_weights.py [--evaluate]`.

`--evaluate` writes nothing and prints how well ten models do, each on the events of messages that it was not made from. The words
of `concepts.tsv` were chosen with these messages at hand, so the figures are a little better than new messages will give.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from dispatch.assistant import logistic  # noqa: E402
from dispatch.assistant.concepts import concepts_of  # noqa: E402
from dispatch.assistant.incident_types import NONE, features, likely_types  # noqa: E402
from dispatch.assistant.texts import Text  # noqa: E402

WEIGHTS = ROOT / "dispatch/assistant/data/type_weights.tsv"
MESSAGES = ROOT / "tests/dispatch/assistant/messages/messages.jsonl"
PENALTY = 0.005
FOLDS = 10
SHARPNESS = 1.6
"""The penalty makes a model doubt; its weights times this are calibrated (`--evaluate`)."""


def model_of(messages: Sequence[dict[str, Any]]) -> logistic.Model:
    classes = sorted({message["type"] or NONE for message in messages})
    examples = [(_features(one["text"]), {one["type"] or NONE: 1.0}) for one in messages]
    model = logistic.fitted(examples, classes, PENALTY)
    weights = {name: tuple(SHARPNESS * weight for weight in row) for name, row in model.weights.items()}
    return logistic.Model(model.classes, weights)


def held_out(messages: Sequence[dict[str, Any]]) -> Iterable[tuple[logistic.Model, list[dict[str, Any]]]]:
    """Models, each with the messages of the events that it was not made from."""
    events = sorted({message["event"] for message in messages})
    random.Random(7).shuffle(events)
    for fold in range(FOLDS):
        out = set(events[fold::FOLDS])
        model = model_of([one for one in messages if one["event"] not in out])
        yield model, [one for one in messages if one["event"] in out]


def evaluate(messages: Sequence[dict[str, Any]]) -> None:
    """Prints, by variety: reports, first type acceptable, label first, label among three; and what is said of other texts."""
    sums: Counter[tuple[str, str]] = Counter()
    certain: list[tuple[float, bool]] = []
    exact: list[tuple[float, bool]] = []
    for model, out in held_out(messages):
        for message in out:
            text = Text(message["text"])
            found = likely_types(text, concepts_of(text), model)
            variety = message["variety"]
            if message["type"] is None:
                sums["no report", "texts"] += 1
                sums["no report", "a type ≥ 0.8"] += any(one.probability >= 0.8 for one in found)
                sums["no report", "a type ≥ 0.5"] += any(one.probability >= 0.5 for one in found)
            else:
                values = [one.value for one in found]
                sums[variety, "reports"] += 1
                sums[variety, "acceptable first"] += values[:1] != [] and values[0] in message["types_ok"]
                sums[variety, "label first"] += values[:1] == [message["type"]]
                sums[variety, "label among three"] += message["type"] in values
            exact += [(one.probability, one.value == message["type"]) for one in found]
            certain += [(one.probability, one.value in message["types_ok"]) for one in found[:1]]
    for variety in sorted({variety for variety, _ in sums}):
        print(variety, *(f"{what} {count}" for (one, what), count in sums.items() if one == variety), sep="\t")
    print("all", *(f"{what} {sum(n for (v, w), n in sums.items() if w == what)}" for what in
          ("reports", "acceptable first", "label first", "label among three")), sep="\t")  # fmt: skip
    print("expected calibration error, label, all", f"{_calibration_error(exact):.3f}", sep="\t")
    print("expected calibration error of the first", f"{_calibration_error(certain):.3f}", sep="\t")


def _calibration_error(certain: Sequence[tuple[float, bool]]) -> float:
    """Over ten bins of equal width, weighted by their size (Naeini, Cooper, Hauskrecht, 2015)."""
    error = 0.0
    for bin_ in range(10):
        inside = [(said, is_) for said, is_ in certain if bin_ <= said * 10 < bin_ + 1]
        if inside:
            error += abs(sum(said for said, _ in inside) - sum(is_ for _, is_ in inside)) / len(certain)
    return error


def _features(text: str) -> logistic.Features:
    read = Text(text)
    return features(read, concepts_of(read))


if __name__ == "__main__":
    labelled = [json.loads(line) for line in MESSAGES.read_text("utf-8").splitlines()]
    if "--evaluate" in sys.argv:
        evaluate(labelled)
    else:
        WEIGHTS.write_text("".join(f"{line}\n" for line in logistic.lines_of(model_of(labelled))), "utf-8")
