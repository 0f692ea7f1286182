"""Deterministic ids: the same cause always gives the same id, so a repeat is detected without a store.

Shapes: zone `8320e5` (six hex digits of an H3 cell of resolution 3, or `000000`..`00000f` for work without a place);
incident `i-<zone>-<32 hex>`; offer `o-<zone>-<32 hex of the incident>-<16 hex>`. Incident and offer ids contain the zone, so
a later command finds its partition without a lookup, and an offer id contains its incident.
"""

import re
from hashlib import sha1
from typing import NamedTuple
from uuid import UUID

# The first five bytes spell komek. A changed byte would change every id; logs hold ids of a whole year
# (test_ids_never_change_between_versions).
NAMESPACE = UUID("6b6f6d65-6b00-5000-8000-000000000001")

# The variant bits of RFC 9562 §4.1 (10xx) for each original hex digit.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
PERSON_ID = r"[!-+\-.0-9;-{}~]{1,128}"
"""Ids of people come from outside: visible ASCII without `/`, `|`, `,` and `:`, so an id is safe in Redis keys and URL paths."""
NO_PERSON_IDS = (".", "..")
"""Clients remove these segments from URL paths, percent-encoded or not (RFC 3986 §5.2.4)."""
# All three are used with fullmatch: `$` also matches before a trailing newline.
_PERSON = re.compile(PERSON_ID)
_MAIL = re.compile(r"[^@]@[^@.]+\.[A-Za-z]{2}")
_SEPARATORS = re.compile(r"[-._()\[\]{}~*#=]")
_NUMBER = re.compile(r"[A-Za-z]{0,3}(\+?)([0-9]{8,15})")
_NATIONAL = frozenset({(10, "7"), (11, "7"), (11, "8")})
PLACELESS = "00000"
"""Prefix of the zones of work without a place; no H3 cell of resolution 3 begins with it."""
_INCIDENT = re.compile(r"i-([0-9a-f]{6})-([0-9a-f]{32})")
_OFFER = re.compile(r"o-([0-9a-f]{6})-([0-9a-f]{32})-([0-9a-f]{16})")


def derived(*parts: str) -> UUID:
    """A uuid5 of the parts. Parts may hold any text: each is length-prefixed, so different lists never give the same input."""
    return UUID(_hex(*parts))


def _hex(*parts: str) -> str:
    """The hex digits of `derived` (RFC 9562 §5.5). A decision needs dozens, and building a UUID costs more than its SHA-1."""
    named = NAMESPACE.bytes + "".join([f"{len(part)}:{part}" for part in parts]).encode()
    # SHA-1 is what uuid5 is defined with; nothing here depends on its strength.
    digits = sha1(named, usedforsecurity=False).hexdigest()
    return f"{digits[:12]}5{digits[13:16]}{_VARIANT[digits[16]]}{digits[17:32]}"


def _dashed(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def command_id(actor: str, key: str, what: str) -> str:
    """Id of a command that a caller sent with an Idempotency-Key; `what` names the route and its resource."""
    return str(derived("command", actor, key, what))


# The zone comes first, so the partition of every later command is known while Redis is down (DESIGN 6).
def incident_id(zone: str, actor: str, key: str) -> str:
    return f"i-{zone}-{derived('incident', actor, key).hex}"


# Work without a place has no cell; a single zone would put all of it into one partition.
def placeless_zone(actor: str, key: str) -> str:
    """Zone of work that has no place: one of sixteen, which spread over the partitions."""
    return f"{PLACELESS}{derived('placeless', actor, key).hex[0]}"


def offer_id(incident: str, command: str, requirement: str, volunteer: str) -> str:
    """Id of the offer that a command makes to one person for one requirement.

    Raises:
        ValueError: `incident` is not an incident id.
    """
    # The requirement and the command are part of the cause: a person may be asked again, and gets another offer id.
    _, zone, number = incident.split("-")
    return f"o-{zone}-{number}-{_hex('offer', command, requirement, volunteer)[:16]}"


def proposal_id(offer: str) -> str:
    """Id of the proposal that the answer under an offer makes; an offer is answered once."""
    return f"p-{_hex('proposal', offer)[:16]}"


def decision_id(command: str) -> str:
    return _dashed(_hex("decision", command))


def event_id(decision: str, subject: str, state: str) -> str:
    return _dashed(_hex("event", decision, subject, state))


def notice_id(event: str, channel: str) -> str:
    """Id of the notice that one channel delivers for an event of `offers`."""
    return str(derived("notice", event, channel))


class OfferParts(NamedTuple):
    zone: str
    incident_id: str


def is_person_id(text: str) -> bool:
    return text not in NO_PERSON_IDS and _PERSON.fullmatch(text) is not None


def identifies_somebody(text: str) -> str | None:
    """What an id gives away about a person: `a telephone number`, `a personal number`, `an e-mail address`; None: nothing.

    Ids occur in logs, topics and links in clear, so such an id must not be chosen. Separators and up to three letters first are
    ignored. A telephone number (ITU-T E.164) is 8 to 15 digits after `+`, or those of Kazakhstan: 11 digits that begin with 7 or
    8, or 10 that begin with 7. A personal number is an IIN: 12 digits that begin with a date and have the right check digit.
    """
    if _MAIL.search(text):
        return "an e-mail address"
    plain = _SEPARATORS.sub("", text)
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None
    digits = match[2]
    if match[1] or (len(digits), digits[0]) in _NATIONAL:
        return "a telephone number"
    return "a personal number" if _is_iin(digits) else None


def _is_iin(digits: str) -> bool:
    """Whether 12 digits are an individual identification number of Kazakhstan (Government resolution 853 of 2003)."""
    if len(digits) != 12 or not ("01" <= digits[2:4] <= "12" and "01" <= digits[4:6] <= "31" and digits[6] <= "6"):
        return False
    numbers = [int(one) for one in digits]
    for first in (1, 3):
        check = sum(number * ((first + place) % 11 + 1) for place, number in enumerate(numbers[:11], start=-1)) % 11
        if check != 10:
            return check == numbers[11]
    return False


def zone_of_incident(text: str) -> str | None:
    """The zone inside an incident id; None if the text is not an incident id."""
    match = _INCIDENT.fullmatch(text)
    return match[1] if match else None


def parts_of_offer(text: str) -> OfferParts | None:
    """Zone and incident inside an offer id; None if the text is not an offer id."""
    match = _OFFER.fullmatch(text)
    return OfferParts(match[1], f"i-{match[1]}-{match[2]}") if match else None
