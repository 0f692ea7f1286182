"""Results of digital work that are useful to all assigned people: translations, summaries, media reports, damage maps.

The texts are private: operators and people who accepted see them (`reads/disclosure.py` decrypts them).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.model.incidents import Incident
from dispatch.model.languages import as_shown, shares_language
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import MATERIAL_TASKS
from streams.clock import rfc3339


def offers_with_material(state: Incident) -> list[Offer]:
    """The offers whose results are material, the newest result first."""
    found = [offer for offer in state.offers if offer.task in MATERIAL_TASKS and offer.result is not None]
    # The id breaks ties, so every process shows the same order.
    return sorted(found, key=lambda offer: (-offer.changed_ms, offer.id))


def text_refs(state: Incident) -> list[str]:
    """References of the private texts."""
    return [
        offer.result.private_ref for offer in offers_with_material(state) if offer.result and offer.result.private_ref
    ]


def shown(state: Incident, texts: Mapping[str, str], spoken: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Newest first; entries in one of the languages `spoken` before entries of unknown language, and others last.

    `texts`: by reference; an entry without one is shown without its text.
    """
    entries = [_entry(offer, texts) for offer in offers_with_material(state)]
    # sorted is stable: within one rank the newest stays first.
    return sorted(entries, key=lambda entry: _order(entry["language"], spoken))


def _order(language: str | None, spoken: Sequence[str]) -> int:
    if language is None or not spoken:
        return 1
    return 0 if shares_language((language,), spoken) else 2


def _entry(offer: Offer, texts: Mapping[str, str]) -> dict[str, Any]:
    result = offer.result
    assert result is not None  # see offers_with_material
    entry = {
        "kind": offer.task,
        "offer_id": offer.id,
        "at": rfc3339(result.at_ms),
        "language": as_shown(result.language),
        "location": result.location,
    }
    text = texts.get(result.private_ref or "")
    return entry if text is None else {**entry, "text": text}
