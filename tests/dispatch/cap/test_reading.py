"""From bytes to alerts: encodings, wrappers, hostile bytes, and verdicts compared with those of libxml2."""

import zipfile
from pathlib import Path

import pytest

from dispatch.cap.messages import BadAlert, Fault, Reference, SignatureState
from dispatch.cap.reading import Contents, contents_of, references_of
from dispatch.cap.xml_tree import MAX_BYTES, MAX_ELEMENTS
from tests.support.cap_alerts import DATA, NAMESPACE, alert, info, needed, verdicts


@needed
@pytest.mark.parametrize(("name", "verdict"), verdicts().items())
def test_the_verdict_is_that_of_the_schema(name: str, verdict: str) -> None:
    raw = (DATA / name).read_bytes()

    refused: Fault | None = None
    try:
        found: Contents | None = contents_of(raw)
    except BadAlert as error:
        refused = error.fault
        found = None

    if found is None:
        assert (verdict, refused) == ("invalid", Fault.DOCTYPE)
        return
    # "not checked": a wrapper or a feed; what is in it is valid.
    assert bool(found.unusable) == (verdict == "invalid")
    assert found.alerts or found.unusable or found.links


@needed
@pytest.mark.parametrize(("name", "count"), [("alert_hub_areas_part1", 902), ("alert_hub_filters_part1", 1_419)])
def test_alerts_of_every_kind_are_read(name: str, count: int) -> None:
    with zipfile.ZipFile(DATA / f"{name}.zip") as packed:
        found = [contents_of(packed.read(one)) for one in packed.namelist() if not one.endswith("/")]

    assert (len(found), sum(len(one.alerts) for one in found)) == (count, count)
    # An empty circle in each area is none.
    assert not any(area.circles for one in found for read in one.alerts for said in read.infos for area in said.areas)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1251", "koi8-r"])
def test_encodings_are_read(encoding: str) -> None:
    text = (
        "Паводок"
        if encoding in ("windows-1251", "koi8-r")
        else "Überflutung"
        if encoding == "iso-8859-1"
        else "Су тасқыны"
    )
    declared = encoding.removesuffix("-sig")
    raw = f'<?xml version="1.0" encoding="{declared}"?>{alert(event=text)}'.encode(encoding)

    (found,) = contents_of(raw).alerts

    assert found.infos[0].event == text


HOSTILE = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x">%x;]><a/>',
    "billion laughs": "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;'>]><a>&d;</a>",
    "quadratic": f"<!DOCTYPE a [<!ENTITY b '{'x' * 50_000}'>]><a>{'&b;' * 1_000}</a>",
    "document type alone": '<!DOCTYPE alert SYSTEM "http://127.0.0.1/a.dtd">' + alert(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_document_type_is_refused_before_anything_is_declared(name: str) -> None:
    with pytest.raises(BadAlert) as refused:
        contents_of(HOSTILE[name].encode())

    assert refused.value.fault is Fault.DOCTYPE


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", Fault.NOT_WELL_FORMED),
        (b"\x00\xff\xfe nonsense", Fault.NOT_WELL_FORMED),
        (b"<alert", Fault.NOT_WELL_FORMED),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', Fault.NOT_WELL_FORMED),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', Fault.NOT_WELL_FORMED),
        (b'<?xml version="1.0" encoding="gb18030"?><a/>', Fault.NOT_WELL_FORMED),
        # It says UTF-8 and is not.
        (
            '<?xml version="1.0" encoding="utf-8"?><a>\u0442\u0430\u0441</a>'.encode("windows-1251"),
            Fault.NOT_WELL_FORMED,
        ),
        (b"<a>&undeclared;</a>", Fault.NOT_WELL_FORMED),
        (b"<a>" * 100 + b"</a>" * 100, Fault.TOO_LARGE),
        (b"<a>" + b"<b/>" * (MAX_ELEMENTS + 1) + b"</a>", Fault.TOO_LARGE),
        (b"<a>" + b" " * MAX_BYTES + b"</a>", Fault.TOO_LARGE),
        (b"<html><body>Wartung</body></html>", Fault.NO_ALERT),
        # The namespace makes the alert, not its name.
        (b"<alert><identifier>1</identifier></alert>", Fault.NO_ALERT),
    ],
    ids=lambda value: str(value)[:24],
)
def test_other_bytes_are_refused_with_their_kind(raw: bytes, fault: Fault) -> None:
    with pytest.raises(BadAlert) as refused:
        contents_of(raw)

    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (alert(sent="2026-11-22T08:00:00Z"), "sent: expected a time"),
        (alert(sent="2026-13-22T08:00:00+05:00"), "sent: expected a time"),
        (alert(status="actual"), "status: expected one of"),
        (alert(severity="Bad"), "severity: expected one of"),
        (alert(infos="<info><event>x</event></info>"), "expected category, found event"),
        (alert(extra="<extra/>"), "extra is not expected here"),
        (alert(infos=info().replace("<event>", '<event lang="kk">')), "no attribute is expected"),
        (alert(message_type="Update"), "Update without a message"),
        (alert(message_type="Cancel", references="nothing"), "Cancel without a message"),
    ],
)
def test_an_invalid_alert_says_where_and_does_not_hinder_the_next(text: str, words: str) -> None:
    found = contents_of(f"<all>{text}{alert('KZ-2')}</all>".encode())

    assert [one.identifier for one in found.alerts] == ["KZ-2"]
    assert words in found.unusable[0].detail


def test_wrappers_and_feeds_give_their_alerts_or_links() -> None:
    atom = "http://www.w3.org/2005/Atom"
    inside = f'<feed xmlns="{atom}"><entry><content>{alert()}</content></entry></feed>'
    linked = (
        f'<feed xmlns="{atom}"><entry><link href="http://a/1.html"/>'
        '<link type="application/cap+xml" href="http://a/1.cap"/></entry></feed>'
    )
    rss = (
        "<rss><channel><item><link>http://a/2.cap</link></item><item><link>http://a/2.cap</link></item></channel></rss>"
    )
    edxl = f'<d:EDXLDistribution xmlns:d="urn:x"><d:content>{alert()}{alert("KZ-2")}</d:content></d:EDXLDistribution>'

    assert len(contents_of(inside.encode()).alerts) == 1
    assert contents_of(linked.encode()).links == ("http://a/1.cap",)
    assert contents_of(rss.encode()).links == ("http://a/2.cap",)
    assert len(contents_of(edxl.encode()).alerts) == 2
    # Nothing is in force.
    assert contents_of(f'<feed xmlns="{atom}"/>'.encode()).links == ()


def test_a_prefix_and_the_earlier_version_are_read() -> None:
    prefixed = alert().replace("xmlns=", "xmlns:c=").replace("</", "</c:").replace("<", "<c:").replace("<c:/c:", "</c:")

    assert contents_of(prefixed.encode()).alerts == contents_of(alert().encode()).alerts
    (old,) = contents_of(alert(version="1.1", sent="2026-11-22T03:00:00.5Z").encode()).alerts
    assert (old.version, old.sent_ms) == ("1.1", 1_795_316_400_500)


def test_references_may_have_commas_in_the_identifier() -> None:
    found = references_of("a@b,x,y,2026-11-22T08:00:00+05:00  nonsense a@b,z,2026-11-22T08:00:00+05:00")

    assert found == (
        Reference(sender="a@b", identifier="x,y", sent_ms=1_795_316_400_000),
        Reference(sender="a@b", identifier="z", sent_ms=1_795_316_400_000),
    )


def test_a_signature_counts_as_unverified_until_somebody_judges_it() -> None:
    signed = alert(extra='<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>').encode()

    (found,) = contents_of(signed).alerts
    (judged,) = contents_of(signed, lambda: lambda _: SignatureState.VERIFIED).alerts

    assert (found.signature, judged.signature) == (SignatureState.UNVERIFIED, SignatureState.VERIFIED)


@needed
def test_hostile_files_of_other_parsers_end_in_a_refusal() -> None:
    files = [one for one in (DATA.parent / "hostile" / "xml").rglob("*") if one.is_file()]
    assert files

    for file in files:
        _refused(file)


def _refused(file: Path) -> None:
    with pytest.raises(BadAlert):
        contents_of(file.read_bytes())


def test_the_namespace_of_the_samples_is_the_present_one() -> None:
    assert NAMESPACE in alert()
