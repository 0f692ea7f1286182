"""One trace as a picture (SVG): a bar for each span, each below its parent. Long times in which nothing happens are cut out."""

from collections.abc import Sequence
from html import escape

from tests.support.fake_collector import SeenSpan

WIDTH, NAMES, ROW, TOP = 1180, 400, 22, 46
CUT_FROM_NS, LEFT_NS = 150_000_000, 15_000_000
"""Of a pause that is longer, this much is shown."""
COLOURS = {
    "komek-api": "#3867b7",
    "komek-worker": "#2f8a57",
    "komek-notifier": "#b0661c",
    "komek-assistant": "#7a4fa3",
}


def drawn(spans: Sequence[SeenSpan], title: str) -> str:
    """The whole picture."""
    begin = min(span.start_ns for span in spans)
    pauses = _pauses(spans)
    scale = (WIDTH - NAMES - 140) / max(1, _at(max(span.end_ns for span in spans), begin, pauses))
    rows = _below(None, spans)
    height = TOP + ROW * len(rows) + 12
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="20" font-size="15" font-weight="bold">{escape(title)}</text>',
        *_legend(),
    ]
    for number, (depth, span) in enumerate(rows):
        y = TOP + ROW * number
        x = NAMES + _at(span.start_ns, begin, pauses) * scale
        width = max(2.0, (span.end_ns - span.start_ns) * scale)
        told = f"+{(span.start_ns - begin) / 1e6:,.0f} ms, {(span.end_ns - span.start_ns) / 1e6:.0f} ms"
        lines += [
            f'<rect x="0" y="{y}" width="{WIDTH}" height="{ROW}" fill="{"#f5f6f8" if number % 2 else "#ffffff"}"/>',
            f'<text x="{12 + 16 * depth}" y="{y + 15}">{escape(span.name)}</text>',
            f'<rect x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="{ROW - 8}" '
            f'fill="{COLOURS.get(span.service, "#666666")}"/>',
            f'<text x="{x + width + 5:.1f}" y="{y + 15}" fill="#444444">{told}</text>',
        ]
    for end_ns, _ in pauses:
        x = NAMES + (_at(end_ns, begin, pauses) - LEFT_NS / 2) * scale
        lines.append(
            f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{height - 12}" stroke="#999999" stroke-dasharray="3 3"/>'
        )
    return "\n".join([*lines, "</svg>", ""])


def _below(parent: SeenSpan | None, spans: Sequence[SeenSpan], depth: int = 0) -> list[tuple[int, SeenSpan]]:
    """The spans of the tree below a span, in the order of time, each with its depth."""
    known = {span.span for span in spans}
    children = [
        span for span in spans if (span.parent == parent.span if parent is not None else span.parent not in known)
    ]
    rows: list[tuple[int, SeenSpan]] = []
    for span in sorted(children, key=lambda one: one.start_ns):
        rows += [(depth, span), *_below(span, spans, depth + 1)]
    return rows


def _pauses(spans: Sequence[SeenSpan]) -> list[tuple[int, int]]:
    """Long times without a span: when each ends, and how much of it is left out (ns)."""
    found, until_ns = [], None
    for span in sorted(spans, key=lambda one: one.start_ns):
        if until_ns is not None and span.start_ns - until_ns > CUT_FROM_NS:
            found.append((span.start_ns, span.start_ns - until_ns - LEFT_NS))
        until_ns = max(until_ns or 0, span.end_ns)
    return found


def _at(at_ns: int, begin_ns: int, pauses: Sequence[tuple[int, int]]) -> int:
    return at_ns - begin_ns - sum(left for end, left in pauses if end <= at_ns)


def _legend() -> list[str]:
    return [
        f'<rect x="{12 + 150 * number}" y="28" width="10" height="10" fill="{colour}"/>'
        f'<text x="{27 + 150 * number}" y="37">{service}</text>'
        for number, (service, colour) in enumerate(COLOURS.items())
    ]
