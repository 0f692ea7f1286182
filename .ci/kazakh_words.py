"""Makes `dispatch/assistant/data/kazakh_words.txt.gz`: `python .ci/kazakh_words.py FOLDER`, texts as in `language_table.py`."""

import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from dispatch.assistant.texts import Text  # noqa: E402
from dispatch.gazetteer.folding import folded  # noqa: E402

WORDS = ROOT / "dispatch/assistant/data/kazakh_words.txt.gz"


def words(folder: Path) -> Iterator[str]:
    for line in _lines(folder / "kaznerd_valid.iob2.txt.gz"):
        yield from line.split()[:1]
    for line in _lines(folder / "ud_kazakh_ktb.txt.gz"):
        yield from (word.text for word in Text(line).words)


def _lines(packed: Path) -> list[str]:
    return gzip.decompress(packed.read_bytes()).decode("utf-8").splitlines()


def main(folder: Path) -> None:
    uses = Counter(word.casefold() for word in words(folder))
    by_folded: dict[str, Counter[str]] = defaultdict(Counter)
    for word, count in uses.items():
        if word.isalpha() and len(word) > 1 and folded(word):
            by_folded[folded(word)][word] += count
    lines = [f"{one}\t{found.most_common(1)[0][0]}\n" for one, found in sorted(by_folded.items())]
    WORDS.write_bytes(gzip.compress("".join(lines).encode("utf-8"), 9, mtime=0))
    sys.stdout.write(f"{len(lines)} words\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
