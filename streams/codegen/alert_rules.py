"""Prometheus' alert rules, made from the list of alarms: `python -m streams.codegen.alert_rules` writes `deploy/alerts.yml`."""

import json
from pathlib import Path

from streams.monitoring.alarms import RULES, Rule

FILE = Path(__file__).parents[2] / "deploy" / "alerts.yml"
_HEAD = """\
# Made by `python -m streams.codegen.alert_rules` from the list in streams/monitoring/alarms.py; change it there.
#
# Every API process tells the same alarms at /metrics (komek_alarm{name}): 1 holds, 0 does not, NaN cannot be known.
# What must hold for some time before it counts has been waited for already; `for` here only rides over a single scrape.
groups:
  - name: komek
    rules:
"""
_SILENT = """\
      - alert: KomekSilent
        expr: absent(komek_alarm)
        for: 1m
        labels:
          severity: critical
        annotations:
          summary: "no API process tells how Komek is doing"
          cure: "Start the API; see whether Prometheus reaches it."
"""


def text() -> str:
    return _HEAD + "".join(map(_rule, RULES)) + _SILENT


def _rule(rule: Rule) -> str:
    title = "Komek" + rule.name.title().replace("_", "")
    # JSON strings are YAML strings.
    return f"""\
      - alert: {title}
        expr: max(komek_alarm{{name="{rule.name}"}}) == 1
        for: 5s
        labels:
          severity: {rule.severity}
          concern: {rule.concern}
        annotations:
          summary: {json.dumps(rule.about)}
          cure: {json.dumps(rule.cure)}
"""


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
