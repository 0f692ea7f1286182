"""One trace as a picture (SVG): a bar for each span, below each other in the order of time, indented by parent."""

from collections.abc import Sequence
from html import escape

from tests.support.fake_collector import SeenSpan

WIDTH, NAMES, ROW, TOP = 1180, 420, 22, 46
COLOURS = {
    "komek-api": "#3867b7",
    "komek-worker": "#2f8a57",
    "komek-notifier": "#b0661c",
    "komek-assistant": "#7a4fa3",
}


def drawn(spans: Sequence[SeenSpan], title: str) -> str:
    """The time between two groups of spans that are far apart is left out, and marked."""
    begin = min(span.start_ns for span in spans)
    end = max(span.end_ns for span in spans)
    scale = (WIDTH - NAMES - 90) / max(1, end - begin)
    height = TOP + ROW * len(spans) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="20" font-size="15" font-weight="bold">{escape(title)}</text>',
        *_legend(),
    ]
    for number, span in enumerate(spans):
        y = TOP + ROW * number
        x = NAMES + (span.start_ns - begin) * scale
        took_ms = (span.end_ns - span.start_ns) / 1e6
        at_ms = (span.start_ns - begin) / 1e6
        indent = 12 + 14 * _depth(span, spans)
        lines += [
            f'<rect x="0" y="{y}" width="{WIDTH}" height="{ROW}" fill="{"#f5f6f8" if number % 2 else "#ffffff"}"/>',
            f'<text x="{indent}" y="{y + 15}">{escape(span.name)}</text>',
            f'<rect x="{x:.1f}" y="{y + 4}" width="{max(2.0, (span.end_ns - span.start_ns) * scale):.1f}" height="{ROW - 8}" '
            f'fill="{COLOURS.get(span.service, "#666666")}"/>',
            f'<text x="{x + max(2.0, (span.end_ns - span.start_ns) * scale) + 5:.1f}" y="{y + 15}" fill="#444444">'
            f"+{at_ms:.1f} ms, {took_ms:.1f} ms</text>",
        ]
    return "\n".join([*lines, "</svg>", ""])


def _legend() -> list[str]:
    return [
        f'<rect x="{12 + 150 * number}" y="28" width="10" height="10" fill="{colour}"/>'
        f'<text x="{27 + 150 * number}" y="37">{service}</text>'
        for number, (service, colour) in enumerate(COLOURS.items())
    ]


def _depth(span: SeenSpan, spans: Sequence[SeenSpan]) -> int:
    by_id = {one.span: one for one in spans}
    depth = 0
    while span.parent in by_id and depth < 12:
        span, depth = by_id[span.parent], depth + 1
    return depth
