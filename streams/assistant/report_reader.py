"""What reads a text in this process, and under which name and version its hints are recorded."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from dispatch.assistant.adaptation import Weights, adapted, digest
from dispatch.assistant.incident_types import features, likely_types
from dispatch.assistant.judging import base_version
from dispatch.assistant.reading import Reading, TypeReader, read
from dispatch.model.places import Place

FORMAT = "1"
"""Raise it when code changes what is read, so that hints of both are judged apart."""
_DATA = ("data", "lexicons")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReader:
    """`model`: what reads; `version`: of code and data, so that equal versions read equal texts equally."""

    model: str
    version: str
    types: TypeReader = likely_types
    weights: Weights = field(default_factory=dict)
    """What was learnt from settled work; its digest is part of the version."""

    def with_weights(self, weights: Weights) -> "ReportReader":
        """The same reader with other weights of types."""
        mark = f"+{digest(weights)}" if weights else ""
        return replace(self, weights=weights, version=base_version(self.version) + mark)

    def read(self, text: str, near: Place | None = None) -> Reading:
        """Pure and bounded: what stands behind the first 4,000 code points is not read."""
        reading = read(text, near=near, types=self.types)
        if self.weights:
            known = features(reading.text, reading.concepts)
            reading = replace(reading, types=adapted(reading.types, known, self.weights), types_before=reading.types)
        # What is read on demand is read here, in the thread that reads, and not in the event loop.
        _ = reading.missing, reading.phones, reading.times, reading.threat
        return reading


def words_alone() -> ReportReader:
    """Reads by lexicons and small tables, without vectors: on every machine."""
    return ReportReader(model="komek-words", version=f"{FORMAT}-{data_digest()}")


@cache
def data_digest() -> str:
    """Eight hex digits of all files that a text is read by."""
    hashed = hashlib.sha256()
    for name, content in _contents():
        hashed.update(f"{name}:{len(content)}:".encode() + content)
    return hashed.hexdigest()[:8]


def _contents() -> Iterator[tuple[str, bytes]]:
    for folder in _DATA:
        for file in sorted(files("dispatch.assistant").joinpath(folder).iterdir(), key=lambda one: one.name):
            if not file.name.endswith(".md"):
                yield f"{folder}/{file.name}", file.read_bytes()
