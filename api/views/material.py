"""What digital work found out that is of use to everybody who goes: translations, summaries, what was seen, maps of damage.

The texts are private: operators see them, and people who accepted, in whose own languages first (`disclosure.py` opens them).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.model.incidents import Incident, Offer
from dispatch.model.languages import as_shown, shares_language
from dispatch.model.vocabulary import MATERIAL_TASKS
from streams.clock import rfc3339


def found_by(state: Incident) -> list[Offer]:
    """The offers whose results are material, the newest result first."""
    found = [offer for offer in state.offers if offer.task in MATERIAL_TASKS and offer.result is not None]
    return sorted(found, key=lambda offer: (-offer.changed_ms, offer.id))


def text_refs(state: Incident) -> list[str]:
    return [offer.result.private_ref for offer in found_by(state) if offer.result and offer.result.private_ref]


def shown(state: Incident, texts: Mapping[str, str], spoken: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Newest first; for somebody who speaks `spoken`, what is in one of these languages before the rest, and what is surely
    in another one last. An entry whose text is not in `texts` shows none."""
    entries = [_entry(offer, texts) for offer in found_by(state)]
    return sorted(entries, key=lambda entry: _order(entry["language"], spoken))


def _order(language: str | None, spoken: Sequence[str]) -> int:
    if language is None or not spoken:
        return 1
    return 0 if shares_language((language,), spoken) else 2


def _entry(offer: Offer, texts: Mapping[str, str]) -> dict[str, Any]:
    result = offer.result
    assert result is not None  # found_by gives only work that has a result
    entry = {
        "kind": offer.task,
        "offer_id": offer.id,
        "at": rfc3339(result.at_ms),
        "language": as_shown(result.language),
        "location": result.location,
    }
    text = texts.get(result.private_ref or "")
    return entry if text is None else {**entry, "text": text}
