"""Alerts in CAP for tests: small texts of our own, and the files of the shared data where they are."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from tests.support import sample_data

DATA = sample_data.ROOT / "cap"
needed = sample_data.needed("cap")
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "duty@meteo.example"
POLYGON = "43.20,76.80 43.30,76.80 43.30,76.95 43.20,76.95 43.20,76.80"
"""In Almaty; latitude first, as CAP writes it."""


def alert(
    identifier: str = "KZ-1",
    *,
    sent: str = "2026-11-22T08:00:00+05:00",
    message_type: str = "Alert",
    status: str = "Actual",
    references: str = "",
    infos: str | None = None,
    extra: str = "",
    version: str = "1.2",
    **info_fields: str,
) -> str:
    """An alert as text. `info_fields`: those of `info`."""
    named = f"<references>{escape(references)}</references>" if references else ""
    return (
        f'<alert xmlns="urn:oasis:names:tc:emergency:cap:{version}"><identifier>{escape(identifier)}</identifier>'
        f"<sender>{SENDER}</sender><sent>{sent}</sent><status>{status}</status><msgType>{message_type}</msgType>"
        f"<scope>Public</scope>{named}{info(**info_fields) if infos is None else infos}{extra}</alert>"
    )


def info(
    *,
    language: str = "en",
    event: str = "Flood",
    severity: str = "Severe",
    urgency: str = "Immediate",
    certainty: str = "Observed",
    category: str = "Met",
    expires: str = "2099-01-01T00:00:00+05:00",
    headline: str = "",
    areas: str | None = None,
) -> str:
    said = f"<headline>{escape(headline)}</headline>" if headline else ""
    ends = f"<expires>{expires}</expires>" if expires else ""
    return (
        f"<info><language>{language}</language><category>{category}</category><event>{escape(event)}</event>"
        f"<urgency>{urgency}</urgency><severity>{severity}</severity><certainty>{certainty}</certainty>"
        f"{ends}{said}{area(POLYGON) if areas is None else areas}</info>"
    )


def area(*polygons: str, circles: tuple[str, ...] = (), name: str = "Almaty") -> str:
    drawn = "".join(f"<polygon>{one}</polygon>" for one in polygons)
    return f"<area><areaDesc>{name}</areaDesc>{drawn}{''.join(f'<circle>{one}</circle>' for one in circles)}</area>"


def reference(identifier: str = "KZ-1", sent: str = "2026-11-22T08:00:00+05:00") -> str:
    return f"{SENDER},{identifier},{sent}"


def verdicts() -> Mapping[str, str]:
    """By file of the shared data: libxml2's verdict."""
    table = DATA / "xsd_verdicts.tsv"
    if not table.exists():
        return {}
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    return {row[0].removeprefix("cap/"): row[4] for row in rows}
