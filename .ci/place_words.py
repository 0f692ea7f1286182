"""Makes `dispatch/assistant/data/common_words.tsv.gz`: words that look like names of places and usually are none.

`PYTHONPATH=. python .ci/place_words.py TEXTS [WORDFREQ_RU WORDFREQ_EN]`; TEXTS is the folder with KazNERD (validation part), the
sentences of the treebanks Kazakh KTB and Russian Taiga, and the English tweets of IDRISI. The two lists are lines "word, tab,
logarithm of its frequency", as the package wordfreq 3.1.1 prints them. Licences: `dispatch/assistant/data/README.md`.
"""

import gzip
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dispatch.assistant.place_names import DATA, PlaceNames
from dispatch.gazetteer.built_in import built_in
from dispatch.gazetteer.folding import folded

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`-][^\W\d_]+)*")
TOWN = 20_000
"""Inhabitants of a town whose name is itself common in general text: such a list, which knows no case, says nothing of it."""


def lines(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()


def kaznerd(folder: Path) -> Iterator[str]:
    """Tokens that belong to no name."""
    for line in lines(folder / "kaznerd_valid.iob2.txt.gz"):
        token, _, tag = line.strip().rpartition(" ")
        if tag == "O":
            yield token


def sentences(folder: Path, name: str) -> Iterator[str]:
    for line in lines(folder / name):
        yield from _WORD.findall(line)


def tweets(folder: Path) -> Iterator[str]:
    for line in lines(folder / "idrisi_en_train_dev.jsonl.gz"):
        tweet = json.loads(line)
        at = {(one["start_offset"], one["end_offset"]) for one in tweet["location_mentions"]}
        for found in _WORD.finditer(tweet["text"]):
            if not any(start < found.end() and found.start() < end for start, end in at):
                yield found[0]


def counted(words: Iterator[str]) -> dict[str, float]:
    """Only words without a capital count: names have one."""
    uses = Counter(folded(word) for word in words if word == word.lower() and word[:1].isalpha())
    every = sum(uses.values())
    return {word: math.log10(count / every * 1e9) for word, count in uses.items() if len(word) > 1}


def listed(path: Path, names: PlaceNames) -> dict[str, float]:
    places = names.gazetteer.places
    found: dict[str, float] = {}
    for line in path.read_text("utf-8").splitlines():
        word, frequency = line.split("\t")
        key = folded(word)
        if all(places[one.number].inhabitants < TOWN for one in names.exact((key,))):
            found[key] = max(found.get(key, 0), float(frequency))
    return found


def main(folder: Path, lists: list[Path]) -> None:
    names = PlaceNames(built_in(), {})
    sources = [
        counted(kaznerd(folder)),
        counted(sentences(folder, "ud_kazakh_ktb.txt.gz")),
        counted(sentences(folder, "ud_russian_taiga.txt.gz")),
        counted(tweets(folder)),
        *(listed(path, names) for path in lists),
    ]
    best: dict[str, float] = {}
    for source in sources:
        for word, frequency in source.items():
            best[word] = max(best.get(word, 0.0), frequency)
    kept = {word: value for word, value in sorted(best.items()) if names.exact((word,)) or names.alike(word)}
    body = "".join(f"{word}\t{round(value * 10)}\n" for word, value in kept.items())
    # The same bytes on every machine: no name and no time in the header.
    Path(str(DATA.joinpath("common_words.tsv.gz"))).write_bytes(gzip.compress(body.encode("utf-8"), 9, mtime=0))
    sys.stdout.write(f"{len(kept)} words\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]])
