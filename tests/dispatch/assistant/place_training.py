"""Learns the weights of places from the labelled messages, and judges them by cross-validation over events.

A conditional logistic regression (`place_ranking.py`) by Newton's method; the positive candidates of a message are those at the
labelled place, or "none". Each message is also learnt with a caller's point near the place, with a letter of the name wrong, and
after its region and district: made up, from a seed, and of less weight. `.ci/place_weights.py` writes what is shipped.
"""

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dispatch.assistant.place_features import Candidate, Features, candidates_in, features_of
from dispatch.assistant.place_names import PlaceNames, built_in_names, common_words
from dispatch.assistant.place_ranking import probabilities, ranked
from dispatch.assistant.texts import Text
from dispatch.model.places import Place
from tests.dispatch.assistant.place_figures import Judged, Message, is_right

MESSAGES = Path(__file__).parent / "messages" / "messages.jsonl"
FOLDS = 5
PENALTY = 0.3
"""Of the squares of the weights; chosen once, by cross-validation, among 0.2, 0.3, 0.4, 0.7, 1 and 3."""
NEAR, MISSPELT, WITHIN = 0.5, 0.3, 0.2
"""How much the made-up copies weigh."""
PRIOR = {"beside_negated": -2.5, "beside_person": -1.0, "beside_street": -1.0, "no_area_but_said": -2.0}
"""Where weights stay that the messages say next to nothing of; the others stay at 0."""
EVENTS_OF_WORD = 3
"""Events in whose messages a word stands, before it counts as a word of reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    message: Message
    text: str
    candidates: Sequence[Candidate]
    features: Sequence[Features]
    weight: float

    @property
    def is_null(self) -> bool:
        """Whether no place is labelled."""
        return self.message["place"] is None

    @property
    def positive(self) -> list[bool]:
        label = self.message["place"]
        return [label is not None and is_right(one.known, label) for one in self.candidates]


def load(file: Path = MESSAGES) -> list[Message]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def example(message: Message, text: str, names: PlaceNames, near: Place | None = None, weight: float = 1.0) -> Example:
    read = Text(text)
    candidates = candidates_in(read, names)
    found = features_of(candidates, read, names, near)
    return Example(message=message, text=text, candidates=candidates, features=found, weight=weight)


def examples(messages: Iterable[Message], names: PlaceNames) -> Iterator[Example]:
    for message in messages:
        yield example(message, message["text"], names)
        if message["place"] is not None:
            # By the message, so that the copies are the same in every fold.
            chance = random.Random(message["msg"])
            yield example(message, message["text"], names, near_point(message, chance), NEAR)
            if wrong := misspelt(message, chance):
                yield example(message, wrong, names, None, MISSPELT)
            if areas := within(message, names):
                yield example(message, areas + message["text"], names, None, WITHIN)


def near_point(message: Message, chance: random.Random) -> Place:
    """1 to 100 km from the place: a mast, the middle of a zone, a guess."""
    degrees, way = 10 ** chance.uniform(0, 2) / 111, chance.uniform(0, 2 * math.pi)
    label = message["place"]
    lon = label["lon"] + degrees * math.sin(way) / math.cos(math.radians(label["lat"]))
    return Place(lon=lon, lat=label["lat"] + degrees * math.cos(way))


def misspelt(message: Message, chance: random.Random) -> str | None:
    """A letter left out, doubled, or exchanged with the next; None for short names."""
    name: str = message["place"]["in_text"]
    if len(name) < 7:
        return None
    at = chance.randrange(1, len(name) - 3)
    head, letter, after, tail = name[:at], name[at], name[at + 1], name[at + 2 :]
    wrong = head + chance.choice((after, letter + letter + after, after + letter)) + tail
    return str(message["text"]).replace(name, wrong) if wrong != name else None


def within(message: Message, names: PlaceNames) -> str:
    """The region and district, as people write them before a place; empty outside the country."""
    label = message["place"]
    district = names.gazetteer.boundaries.at(Place(lon=label["lon"], lat=label["lat"]))
    if district is None:
        return ""
    if message["variety"] == "en":
        return f"{district.region.name.en} region, {district.name.en} district, "
    if message["variety"] == "ru":
        return f"{district.region.name.ru} область, {district.name.ru} район, "
    return f"{district.region.name.kk} облысы, {district.name.kk} ауданы, "


def report_words(messages: Iterable[Message]) -> dict[str, float]:
    """Words of several events that are no labelled place, as `place_names.common_words` has them."""
    events: dict[str, set[str]] = defaultdict(set)
    uses: Counter[str] = Counter()
    for message in messages:
        text = message["text"]
        for label in (message["place"], *message["more_places"]):
            text = text.replace(label["in_text"], " ") if label else text
        for word in Text(text).words:
            if not word.is_capital and not word.is_number and len(word.folded) > 1:
                events[word.folded].add(message["event"])
                uses[word.folded] += 1
    whole = sum(uses.values())
    words = sorted(word for word, known in events.items() if len(known) >= EVENTS_OF_WORD)
    return {word: round(math.log10(uses[word] / whole * 1e9), 1) for word in words}


def fit(learnt: Sequence[Example]) -> dict[str, float]:
    names = sorted({name for one in learnt for features in one.features for name in features})
    column = {name: number for number, name in enumerate(names)}
    # What the look-up did not find cannot be learnt.
    known = [one for one in learnt if one.candidates and (one.is_null or any(one.positive))]
    parts = [_matrix(one, column) for one in known]
    rows, hits = np.concatenate([part for part, _ in parts]), np.concatenate([hit for _, hit in parts])
    sizes = [len(part) for part, _ in parts]
    weight = np.array([one.weight for one in known])
    starts, of_row = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(sizes)), sizes)
    prior = np.array([PRIOR.get(name, 0.0) for name in names])
    weights = prior.copy()
    for _ in range(40):
        scores = rows @ weights
        shares = np.exp(scores - np.maximum.reduceat(scores, starts)[of_row])
        shares /= np.add.reduceat(shares, starts)[of_row]
        meant = shares * hits
        meant /= np.add.reduceat(meant, starts)[of_row]
        means = np.add.reduceat(rows * shares[:, None], starts)
        slope = rows.T @ (weight[of_row] * (meant - shares)) - PENALTY * (weights - prior)
        curve = (rows * (weight[of_row] * shares)[:, None]).T @ rows - (means * weight[:, None]).T @ means
        step = np.linalg.solve(curve + PENALTY * np.eye(len(names)), slope)
        # A full step may overshoot, because the positive candidates share what they get.
        weights += step * min(1.0, 2.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-5:
            break
    return dict(zip(names, map(float, weights), strict=True))


def _matrix(one: Example, column: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """A row for each candidate, and a last one for "none of them"; and which of them are meant."""
    rows = np.zeros((len(one.candidates) + 1, len(column)))
    for number, features in enumerate(one.features):
        for name, value in features.items():
            rows[number, column[name]] = value
    return rows, np.array([*one.positive, one.is_null], dtype=float)


def folds(messages: Sequence[Message]) -> list[list[Message]]:
    """Parts of the messages; those of one event are in one."""
    events = sorted({message["event"] for message in messages})
    random.Random(1).shuffle(events)
    part = {event: number % FOLDS for number, event in enumerate(events)}
    return [[one for one in messages if part[one["event"]] == number] for number in range(FOLDS)]


def cross_validated(messages: Sequence[Message]) -> dict[str, list[Judged]]:
    """Every message, judged by weights and words of reports that come from other events: as it is, with a point, misspelt."""
    found: dict[str, list[Judged]] = {"as written": [], "with a point near it": [], "misspelt": [], "within areas": []}
    general = common_words(of_reports=False)
    for part in folds(messages):
        others = [one for one in messages if one not in part]
        names = built_in_names().with_common(report_words(others) | general)
        weights = fit(list(examples(others, names)))
        for one in examples(part, names):
            places = ranked(one.candidates, probabilities(one.features, weights))
            kind = {1.0: "as written", NEAR: "with a point near it", MISSPELT: "misspelt", WITHIN: "within areas"}[
                one.weight
            ]
            found[kind].append(Judged(message=one.message, text=one.text, places=places))
    return found
