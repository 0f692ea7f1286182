"""Makes `dispatch/assistant/data/place_weights.json` and `report_words.tsv` out of the labelled messages of the tests.

`PYTHONPATH=. python .ci/place_weights.py`, a minute. How: `tests/dispatch/assistant/place_training.py`.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from dispatch.assistant.place_names import DATA, built_in_names, common_words
from tests.dispatch.assistant.place_figures import measures
from tests.dispatch.assistant.place_training import FOLDS, cross_validated, examples, fit, load, report_words


def main() -> None:
    messages = load()
    figures = {
        kind: [{name: _rounded(value) for name, value in asdict(one).items()} for one in measures(judged)]
        for kind, judged in cross_validated(messages).items()
    }
    words = report_words(messages)
    names = built_in_names().with_common(words | common_words(of_reports=False))
    weights = {name: round(weight, 4) for name, weight in fit(list(examples(messages, names))).items()}
    made = {"weights": weights, "messages": len(messages), "folds": FOLDS, "figures": figures}
    folder = Path(str(DATA))
    (folder / "report_words.tsv").write_text(
        "".join(f"{word}\t{round(n * 10)}\n" for word, n in words.items()), "utf-8"
    )
    (folder / "place_weights.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for kind, rows in figures.items():
        for row in rows:
            sys.stdout.write(
                f"{kind:22} {row['name']:34} {row['value']} [{row['low']}, {row['high']}] n={row['count']}\n"
            )


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
