"""What a query of Prometheus names: series with the labels that it selects, and labels that it groups by.

No parser: promtool says whether a query is well-formed. Queries of dashboards and rules have no text that looks like a series.
"""

import re
from dataclasses import dataclass

_SERIES = re.compile(r"\b((?:komek|process|python)_[\w:]+|up)\b(\{[^}]*\})?")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_GROUPED = re.compile(r"\b(?:by|on|without|group_left)\s*\(([^)]*)\)")
_JOINED = re.compile(r"\bgroup_left\s*\(([^)]*)\)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Named:
    """`selected`: labels in the braces of each series. `grouped`: labels that results are grouped or joined by."""

    selected: tuple[tuple[str, frozenset[str]], ...]
    grouped: frozenset[str]
    joined: frozenset[str]

    @property
    def series(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.selected)


def named(query: str) -> Named:
    """What `query` names."""
    plain = _STRING.sub('""', query)
    outside = _GROUPED.sub("", plain)
    selected = tuple((name, frozenset(_MATCHER.findall(braces or ""))) for name, braces in _SERIES.findall(outside))
    return Named(selected, _labels(_GROUPED.findall(plain)), _labels(_JOINED.findall(plain)))


def without_variables(query: str) -> str:
    """With values in place of what Grafana fills in."""
    return query.replace("$__rate_interval", "1m").replace('"$job"', '".+"')


def _labels(lists: list[str]) -> frozenset[str]:
    return frozenset(label.strip() for one in lists for label in one.split(",") if label.strip())
