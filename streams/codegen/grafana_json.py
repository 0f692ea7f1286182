"""Dashboards in the form that Grafana reads (schema 39, of Grafana 10 to 12)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from streams.codegen.panels import Board, Kind, Panel, Query, Row

RUNBOOK = "komek-runbook"
WIDTH = 24
_HEIGHT = {Kind.NOW: 5, Kind.LINES: 8, Kind.STATES: 11, Kind.BY_SERIES: 8}
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
_TEXT_WIDTH, _TEXT_HEIGHT = 12, 16


def uid_of(board: Board) -> str:
    return f"komek-{board.name}"


def board_json(board: Board, page_ids: Mapping[str, int]) -> str:
    """`page_ids`: the panel of each page of the runbook."""
    return _json(_document(uid_of(board), f"Komek: {board.name}", board.about, list(_placed(board.rows, page_ids))))


def runbook_json(pages: Mapping[str, str]) -> str:
    """The pages of the runbook as panels: whoever sees an alarm reads them beside it."""
    ids = page_ids_of(pages)
    panels = [
        {
            "id": ids[name],
            "type": "text",
            "title": name,
            "gridPos": {
                "x": number % 2 * _TEXT_WIDTH,
                "y": number // 2 * _TEXT_HEIGHT,
                "w": _TEXT_WIDTH,
                "h": _TEXT_HEIGHT,
            },
            "options": {"mode": "markdown", "content": text},
        }
        for number, (name, text) in enumerate(pages.items())
    ]
    return _json(_document(RUNBOOK, "Komek: runbook", "deploy/runbook, page by page.", panels))


def page_ids_of(pages: Mapping[str, str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(pages, start=1)}


def _document(uid: str, title: str, about: str, panels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "uid": uid,
        "title": title,
        "description": about,
        "tags": ["komek"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "timezone": "browser",
        "time": {"from": "now-1h", "to": "now"},
        "refresh": "10s",
        "links": [{"type": "dashboards", "title": "Komek", "tags": ["komek"], "asDropdown": False, "keepTime": True}],
        "templating": {"list": [_of_datasource(), _of_job()]},
        "panels": panels,
    }


def _of_datasource() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "hide": 0}


def _of_job() -> dict[str, Any]:
    """The jobs that scrape Komek, whatever a deployment calls them: also those whose processes are all gone for an hour."""
    query = "label_values(komek_build_info, job)"
    return {
        "name": "job",
        "label": "job",
        "type": "query",
        "datasource": _DATASOURCE,
        "query": {"query": query, "refId": "job"},
        "definition": query,
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "current": {"text": ["All"], "value": ["$__all"]},
        "hide": 2,
    }


def _placed(rows: tuple[Row, ...], page_ids: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    identity, y = 0, 0
    for row in rows:
        identity += 1
        yield {"id": identity, "type": "row", "title": row.title, "gridPos": _place(0, y, WIDTH, 1), "panels": []}
        x, y, height = 0, y + 1, 0
        for panel in row.panels:
            if x + panel.width > WIDTH:
                x, y, height = 0, y + height, 0
            identity += 1
            height = max(height, _HEIGHT[panel.kind])
            yield {
                "id": identity,
                "gridPos": _place(x, y, panel.width, _HEIGHT[panel.kind]),
                **_panel(panel, page_ids),
            }
            x += panel.width
        y += height


def _place(x: int, y: int, w: int, h: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": w, "h": h}


def _panel(panel: Panel, page_ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "type": str(panel.kind),
        "title": panel.title,
        "description": panel.about,
        "datasource": _DATASOURCE,
        "targets": [_target(query, chr(ord("A") + number), panel) for number, query in enumerate(panel.queries)],
        "links": [_link(panel.page, page_ids)] if panel.page else [],
        "fieldConfig": {
            "defaults": _defaults(panel),
            "overrides": [_leads(name, page_ids) for name in panel.pages],
        },
        "options": _OPTIONS[panel.kind],
    }


def _target(query: Query, letter: str, panel: Panel) -> dict[str, Any]:
    is_now = panel.kind in (Kind.NOW, Kind.BY_SERIES)
    return {
        "refId": letter,
        "datasource": _DATASOURCE,
        "expr": query.expr,
        "legendFormat": query.legend or panel.title,
        "instant": is_now,
        "range": not is_now,
    }


def _link(page: str, page_ids: Mapping[str, int]) -> dict[str, Any]:
    return {"title": f"runbook: {page}", "url": _url(page, page_ids), "targetBlank": False}


def _url(page: str, page_ids: Mapping[str, int]) -> str:
    return f"/d/{RUNBOOK}?viewPanel={page_ids[page]}"


def _leads(name: str, page_ids: Mapping[str, int]) -> dict[str, Any]:
    """The series of this name leads to its page."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": "links", "value": [_link(name, page_ids)]}],
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    steps += [{"color": "orange", "value": panel.amber_from}] if panel.amber_from is not None else []
    steps += [{"color": "red", "value": panel.red_from}] if panel.red_from is not None else []
    return {
        "unit": str(panel.unit),
        "noValue": panel.nothing,
        "min": None if panel.title.startswith("Error budget left") else 0,
        "thresholds": {"mode": "absolute", "steps": steps},
        "mappings": _STATES if panel.kind is Kind.STATES else [],
        "custom": _CUSTOM.get(panel.kind, {}) | (_LINE if _has_line(panel) else {}),
        "color": {"mode": "palette-classic" if panel.kind is Kind.LINES else "thresholds"},
    }


def _has_line(panel: Panel) -> bool:
    return panel.kind is Kind.LINES and panel.red_from is not None


_LINE = {"thresholdsStyle": {"mode": "dashed"}}
_CUSTOM: dict[Kind, dict[str, Any]] = {
    Kind.LINES: {"lineWidth": 1, "fillOpacity": 5, "showPoints": "never", "spanNulls": False},
    Kind.STATES: {"lineWidth": 0, "fillOpacity": 80},
}
_STATES = [
    {"type": "value", "options": {"0": {"text": "off", "color": "green"}, "1": {"text": "on", "color": "red"}}},
    {"type": "special", "options": {"match": "null+nan", "result": {"text": "unknown", "color": "gray"}}},
]
_LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: dict[Kind, dict[str, Any]] = {
    Kind.NOW: {"reduceOptions": _LAST, "textMode": "auto", "colorMode": "background", "graphMode": "none"},
    Kind.LINES: {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    Kind.STATES: {"showValue": "never", "mergeValues": True, "rowHeight": 0.9, "legend": {"showLegend": False}},
    Kind.BY_SERIES: {"reduceOptions": _LAST, "orientation": "horizontal", "displayMode": "basic"},
}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
