"""The pages of `deploy/runbook`: the commands that stand in them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from streams.codegen import alert_rules

RUNBOOK = alert_rules.FILE.parents[1] / alert_rules.RUNBOOK
PAGES = {path.stem: path.read_text("utf-8") for path in sorted(RUNBOOK.glob("*.md"))}


def commands(text: str) -> Iterator[list[str]]:
    """The words after `komek`, of each command in backticks or in a block."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    spans = re.findall(r"`(komek [^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in (*lines, *spans):
        words = line.partition("#")[0].split()
        if words[:1] == ["komek"]:
            yield words[1:]


def filled(words: Sequence[str], known: Mapping[str, str]) -> list[str] | None:
    """With ids in place of words in capitals; None: the drill has none for one of them."""
    capitals = [word for word in words if re.fullmatch(r"[A-Z]+", word)]
    if any(word not in known for word in capitals):
        return None
    return [known.get(word, word) for word in words]
