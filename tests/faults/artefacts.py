"""The folder of a run: what happened, line by line, for a checker that knows nothing of this program."""

import json
from pathlib import Path
from typing import IO, Any

from streams import clock


class Lines:
    """A file of JSON objects, one a line, each whole in the file as soon as it is written."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8")

    def write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("logs", "topics", "metrics", "data"):
            (root / name).mkdir(parents=True, exist_ok=True)
        self.samples = Lines(root / "samples.jsonl")
        self.errors = Lines(root / "errors.jsonl")
        self._nemesis = Lines(root / "nemesis.jsonl")
        self._history = Lines(root / "history.jsonl")
        self._lines = 0
        self._canaries: set[str] = set()
        self._coordinates: list[tuple[float, float]] = []

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def data(self) -> Path:
        """What the servers keep; gone after the run."""
        return self.root / "data"

    def history(self, line: dict[str, Any]) -> None:
        self._lines += 1
        self._history.write({"n": self._lines, **line})

    def struck(self, fault: str, target: str, phase: str, **detail: Any) -> None:
        line = {"at_ms": clock.now_ms(), "fault": fault, "target": target, "phase": phase, "detail": detail}
        self._nemesis.write(line)

    def plant(self, text: str) -> str:
        """A text that must not turn up where it does not belong."""
        self._canaries.add(text)
        return text

    def plant_place(self, lon: float, lat: float) -> None:
        self._coordinates.append((lon, lat))

    def put(self, name: str, value: object) -> None:
        (self.root / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")

    def close(self) -> None:
        """Writes what was planted, and ends the files that grow."""
        self.put("canaries.json", {"values": sorted(self._canaries), "coordinates": self._coordinates})
        for lines in (self.samples, self.errors, self._nemesis, self._history):
            lines.close()
