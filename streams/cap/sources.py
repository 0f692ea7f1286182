"""Sources of alerts: files, standard input and addresses, and one step of the links in a feed."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from dispatch.cap.messages import Alert, BadAlert
from dispatch.cap.reading import Contents, Signatures, contents_of
from dispatch.cap.xml_tree import MAX_BYTES
from dispatch.model.plain_reason import plain_reason
from streams.cap.fetching import NotFetched
from streams.cap.importing import Done

MAX_LINKS = 500
"""Of one feed that are followed; the others are counted as a fault."""
SignatureJudge = Callable[[bytes], Signatures]
"""Judges the signatures in bytes that were found harmless. Raises BadAlert."""


@dataclass(slots=True)
class Gathered:
    """Alerts, and what could not be used."""

    alerts: list[Alert] = field(default_factory=list)
    faults: list[Done] = field(default_factory=list)

    def add(self, contents: Contents) -> None:
        self.alerts += contents.alerts
        self.faults += [fault(one.identifier, f"{one.fault}: {one.detail}") for one in contents.unusable]


def fault(identifier: str, reason: str) -> Done:
    return Done(identifier=identifier, event="", reason=reason, step=None)


def is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def read(raw: bytes, judge: SignatureJudge) -> Contents:
    """The contents of bytes. Raises BadAlert."""
    return contents_of(raw, partial(judge, raw))


def links_of(contents: Contents, base: str) -> dict[str, str]:
    """The links of a feed with their stamps, completed from the address of the feed; at most MAX_LINKS."""
    full = {urljoin(base, link): stamp for link, stamp in contents.stamps.items()}
    return dict(list(full.items())[:MAX_LINKS])


def gathered(sources: Sequence[str], fetch: Callable[[str], bytes], judge: SignatureJudge) -> Gathered:
    """Everything in the sources once. A source that cannot be read hinders no other."""
    found, seen = Gathered(), set(sources)
    waiting = [(source, False) for source in sources]
    while waiting:
        source, is_link = waiting.pop(0)
        try:
            # What a feed names is an address, never a file of this machine.
            raw = fetch(source) if is_link or is_address(source) else _bytes_of(source)
            contents = read(raw, judge)
        except (BadAlert, NotFetched, OSError) as error:
            found.faults.append(fault(source, plain_reason(error)))
            continue
        found.add(contents)
        links = [link for link in links_of(contents, source) if link not in seen] if not is_link else []
        if not is_link and len(contents.links) > MAX_LINKS:
            found.faults.append(fault(source, f"{len(contents.links)} links; the first {MAX_LINKS} are followed"))
        seen.update(links)
        waiting += [(link, True) for link in links]
    return found


def _bytes_of(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(source).open("rb") as file:
        return file.read(MAX_BYTES + 1)
