"""Makes `dispatch/assistant/data/languages.tsv.gz`: `python .ci/language_table.py FOLDER [--evaluate]`.

FOLDER holds texts under free licences (`dispatch/assistant/data/README.md` says what they are):

    kaznerd_valid.iob2.txt.gz            Kazakh news (IS2AI/KazNERD, CC BY 4.0)
    ud_kazakh_ktb.txt.gz                 Kazakh (Universal Dependencies KTB, CC BY-SA 4.0)
    ud_russian_taiga.txt.gz              Russian posts and prose (Universal Dependencies Taiga, CC BY-SA 4.0)
    idrisi_en_train_dev.jsonl.gz         English posts about disasters (IDRISI-R, CC BY 4.0)
    disaster_response_validation.csv.gz  English messages (rmunro/disaster_response_messages, CC BY 4.0)

The project's own messages are added with a weight. Kazakh on a Russian keyboard and in chat Latin is made from Kazakh.
`--evaluate` writes nothing and prints how well five tables do, each on the events of messages that it was not made from.
"""

import csv
import gzip
import io
import json
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from dispatch.assistant.languages import USUAL, VARIETIES, Table, Variety, grams, language_of, rare_costs  # noqa: E402
from dispatch.assistant.texts import Text  # noqa: E402

TABLE = ROOT / "dispatch/assistant/data/languages.tsv.gz"
MESSAGES = ROOT / "tests/dispatch/assistant/messages/messages.jsonl"
MOST_FREQUENT = 12_000
"""N-grams kept of each variety."""
OF_MESSAGES = 60
"""What a message weighs beside a text of another source: they are few, and the kind that is read."""
ADDED = 0.1
FOLDS = 5
RUSSIAN_KEYBOARD = str.maketrans("әғқңөұүһі", "агкноуухи")
_LATIN = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z", "и": "i",
    "й": "i", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "",
    "ы": "y", "і": "i", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
LATIN = (
    _LATIN,
    _LATIN | {"ж": "j", "қ": "k", "ң": "ng", "ы": "i", "й": "y"},
    _LATIN | {"ғ": "gh", "ә": "ae", "х": "kh", "у": "w"},
    _LATIN | {"қ": "k", "у": "w", "ж": "j"},
    _LATIN | {"ж": "j", "у": "y", "и": "i"},
)
"""Ways in which people write Kazakh in Latin letters; accents are lost when they are read."""

Counts = dict[Variety, Counter[str]]


def counted(folder: Path) -> Counts:
    counts: Counts = {variety: Counter() for variety in VARIETIES}
    kazakh = [*_sentences(folder / "kaznerd_valid.iob2.txt.gz"), *_lines(folder / "ud_kazakh_ktb.txt.gz")]
    _count_kazakh(counts, kazakh)
    _count(counts[Variety.RU], _lines(folder / "ud_russian_taiga.txt.gz"))
    posts = [json.loads(line)["text"] for line in _lines(folder / "idrisi_en_train_dev.jsonl.gz")][::3]
    messages = csv.DictReader(io.StringIO("\n".join(_lines(folder / "disaster_response_validation.csv.gz"))))
    _count(counts[Variety.EN], [*posts, *(row["message"] for row in messages)])
    return counts


def with_messages(counts: Counts, messages: Iterable[dict[str, Any]]) -> Counts:
    """Copies of the counts with these messages in them; mixed ones say nothing about one language."""
    counts = {variety: Counter(of_variety) for variety, of_variety in counts.items()}
    for message in messages:
        if message["variety"] == "kk":
            _count_kazakh(counts, [message["text"]], OF_MESSAGES)
        elif message["variety"] != "mixed":
            _count(counts[Variety(message["variety"])], [message["text"]], OF_MESSAGES)
    return counts


def table_of(counts: Counts) -> Table:
    """Costs by n-grams of one length, so that long and short ones weigh alike."""
    kept = {gram for of_variety in counts.values() for gram, _ in of_variety.most_common(MOST_FREQUENT)}
    different = Counter(map(len, kept))
    sums: dict[tuple[Variety, int], float] = defaultdict(float)
    for variety, of_variety in counts.items():
        for gram in kept:
            sums[variety, len(gram)] += of_variety[gram]
    return {
        gram: tuple(
            -math.log(
                (counts[variety][gram] + ADDED) / (sums[variety, len(gram)] + ADDED * different[len(gram)])
            )
            for variety in VARIETIES
        )
        for gram in sorted(kept)
    }  # fmt: skip


def usual(counts: Counts, messages: Sequence[dict[str, Any]]) -> tuple[float, ...]:
    """The mean cost of a rare n-gram in messages that the table was not made from, by variety."""
    found: dict[Variety, list[float]] = {variety: [] for variety in VARIETIES}
    for table, held_out in folds(counts, messages):
        for message in held_out:
            words = [word for word in Text(message["text"]).words if not word.is_number]
            if message["variety"] != "mixed" and words:
                variety = Variety(message["variety"])
                found[variety] += rare_costs(table, words, [variety] * len(words))
    return tuple(sum(costs) / len(costs) for costs in found.values())


def folds(counts: Counts, messages: Sequence[dict[str, Any]]) -> Iterable[tuple[Table, list[dict[str, Any]]]]:
    """Tables, each with the messages of the events that it was not made from."""
    events = sorted({message["event"] for message in messages})
    random.Random(7).shuffle(events)
    for fold in range(FOLDS):
        held_out = set(events[fold::FOLDS])
        table = table_of(with_messages(counts, (one for one in messages if one["event"] not in held_out)))
        yield table, [one for one in messages if one["event"] in held_out]


def written(table: Table) -> bytes:
    """One line an n-gram, costs in tenths. The same table gives the same bytes."""
    lines = ("\t".join((gram, *(str(round(cost * 10)) for cost in costs))) for gram, costs in table.items())
    return gzip.compress("".join(f"{line}\n" for line in lines).encode("utf-8"), 9, mtime=0)


def evaluate(counts: Counts, messages: Sequence[dict[str, Any]]) -> None:
    """Prints, for each variety, texts read rightly: whole ones, and pieces of three words."""
    right: Counter[tuple[str, str]] = Counter()
    all_: Counter[tuple[str, str]] = Counter()
    costs = {USUAL: usual(counts, messages)}
    for table, held_out in folds(counts, messages):
        for message in held_out:
            variety, language = message["variety"], message["variety"].partition("-")[0]
            for length, piece in _pieces(message["text"]):
                if variety == "mixed" and length != "whole":
                    continue
                all_[variety, length] += 1
                right[variety, length] += language_of(Text(piece), {**table, **costs}).value == language
    for key, count in sorted(all_.items()):
        print(*key, f"{right[key]} of {count} = {right[key] / count:.3f}", sep="\t")


def _pieces(text: str) -> Iterable[tuple[str, str]]:
    yield "whole", text
    words = [word for word in Text(text).words if not word.is_number]
    for start in range(0, len(words) - 2, 3):
        yield "three words", text[words[start].start : words[start + 2].end]


def _count_kazakh(counts: Counts, texts: Sequence[str], weight: float = 1) -> None:
    low = [text.lower() for text in texts]
    _count(counts[Variety.KK], low, weight)
    _count(counts[Variety.KK_RUSSIAN_KEYBOARD], [text.translate(RUSSIAN_KEYBOARD) for text in low], weight)
    for number, letters in enumerate(LATIN):
        # Each text of a large source in one way of writing, each message in all of them.
        some = low if weight > 1 else low[number :: len(LATIN)]
        spelt = ["".join(letters.get(letter, letter) for letter in text) for text in some]
        _count(counts[Variety.KK_LATIN], spelt, weight / len(LATIN) if weight > 1 else 1)


def _count(counts: Counter[str], texts: Iterable[str], weight: float = 1) -> None:
    for text in texts:
        for word in Text(text).words:
            if not word.is_number:
                for gram in grams(word.low):
                    counts[gram] += weight  # type: ignore[assignment]


def _lines(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()


def _sentences(path: Path) -> Iterable[str]:
    words: list[str] = []
    for line in [*_lines(path), ""]:
        if line.strip():
            words.append(line.partition(" ")[0])
        elif words:
            yield " ".join(words)
            words = []


if __name__ == "__main__":
    of_sources = counted(Path(sys.argv[1]))
    of_project = [json.loads(line) for line in MESSAGES.read_text("utf-8").splitlines()]
    if "--evaluate" in sys.argv:
        evaluate(of_sources, of_project)
    else:
        made = table_of(with_messages(of_sources, of_project))
        TABLE.write_bytes(written({USUAL: usual(of_sources, of_project), **made}))
