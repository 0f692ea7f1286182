"""`data/vectors.npz`: what turns the numbers of the embedder and the words of a text into likeness and types.

`.ci/report_vectors.py` makes it; `data/README.md` says from what, and how good it is.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
ANY = "any"
"""The mean of texts whose variety has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorData:
    """`means`: of the vectors of texts, by variety. `whitening`: what makes of a vector without its mean one in which tellings of
    one event are near. `rarity`: of concepts and details. `types`: the classes; `type_weights`: of each named feature, one number
    a class; `type_vector`: the same of each number of the vector."""

    means: Mapping[str, Floats]
    whitening: Floats
    rarity: Mapping[str, float]
    types: tuple[str, ...]
    type_weights: Mapping[str, Floats]
    type_vector: Floats

    @property
    def mark(self) -> str:
        """Four hex digits of what vectors depend on: those of two data are not comparable."""
        digest = hashlib.sha256(",".join(self.rarity).encode())
        digest.update(self.whitening.astype(np.float16).tobytes())
        return digest.hexdigest()[:4]

    def centred(self, vector: Floats, variety: str) -> Floats:
        """The vector without what all texts of its variety have in common, of length 1."""
        rest = vector - self.means.get(variety, self.means[ANY])
        return rest / np.float32(max(float(np.linalg.norm(rest)), 1e-6))

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path,
            varieties=np.array(list(self.means)),
            rare=np.array(list(self.rarity)),
            types=np.array(self.types),
            means=np.stack(list(self.means.values())).astype(np.float16),
            whitening=self.whitening.astype(np.float16),
            rarity=np.array(list(self.rarity.values()), dtype=np.float32),
            type_names=np.array(list(self.type_weights)),
            type_weights=np.stack(list(self.type_weights.values())).astype(np.float16),
            type_vector=self.type_vector.astype(np.float16),
        )


def loaded(path: Path) -> VectorData:
    with np.load(path, allow_pickle=False) as found:
        means = found["means"].astype(np.float32)
        weights = found["type_weights"].astype(np.float32)
        return VectorData(
            means=dict(zip(found["varieties"].tolist(), means, strict=True)),
            whitening=found["whitening"].astype(np.float32),
            rarity=dict(zip(found["rare"].tolist(), found["rarity"].tolist(), strict=True)),
            types=tuple(found["types"].tolist()),
            type_weights=dict(zip(found["type_names"].tolist(), weights, strict=True)),
            type_vector=found["type_vector"].astype(np.float32),
        )


@cache
def built_in_vector_data() -> VectorData:
    """The data that come with Komek."""
    with as_file(files("dispatch.assistant").joinpath("data", "vectors.npz")) as path:
        return loaded(path)
