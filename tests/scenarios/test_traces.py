"""One trace of one incident on real processes: API, worker, notifier, assistant and the answer, as a collector gets it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_collector import FakeCollector, SeenSpan, fake_collector
from tests.support.town import Town
from tests.support.trace_picture import drawn
from tests.support.waiting import until
from tests.support.whole_stack import StartStack

pytestmark = [pytest.mark.stack, pytest.mark.soak]
ANSWERED = "POST /v1/offers/{offer_id}/accept"


def traced(collector: FakeCollector, incident: str, has: Callable[[set[str]], bool]) -> list[SeenSpan]:
    trace = incident.rpartition("-")[2]
    until(lambda: has({span.name for span in collector.of(trace)}))
    return collector.of(trace)


def test_one_trace_leads_from_the_report_to_the_answer(stack: StartStack) -> None:
    with fake_collector() as collector, stack(workers=1, environ={"KOMEK_TRACES": collector.url}) as komek:
        town = Town(komek)
        # The API is ready before a worker has built Redis.
        until(lambda: town.call("GET", "/v1/status", "monitor", "m-1").json()["assignment"] == "normal")
        person = town.volunteer("near")
        incident = town.report(description="Үйдің 3-қабатынан түтін", caller={"name": "Асель", "phone": "+77011234567"})
        offer: Any = until(lambda: town.live(incident).get(person))
        town.answer(offer, "accept")

        spans = traced(
            collector,
            incident,
            lambda names: (
                {"decide AcceptOffer", "offer accepted", "read text"} <= names
                and any(name.startswith("notice ") for name in names)
            ),
        )

    services = {span.service for span in spans}
    assert services == {"komek-api", "komek-worker", "komek-notifier", "komek-assistant"}
    by_id = {span.span: span for span in spans}
    (root,) = [span for span in spans if not span.parent]
    assert root.name == "POST /v1/incidents"
    assert [span.name for span in spans if span.parent and span.parent not in by_id] == []

    answered = next(span for span in spans if span.name == ANSWERED)
    assert by_id[answered.parent].name == "offer offered"
    decided = next(span for span in spans if span.name == "decide AcceptOffer")
    assert by_id[decided.parent] == answered
    told = next(span for span in spans if span.name.startswith("notice "))
    assert by_id[told.parent].service == "komek-worker"

    said = json.dumps([[span.name, span.attributes] for span in spans], ensure_ascii=False)
    for private in (person, "Асель", "7011234567", "түтін", str(town.centre.lon)):
        assert private not in said
    if kept := os.environ.get("KEEP_TRACE"):
        Path(kept).write_text(drawn(spans, f"Trace {root.trace} of one incident"), "utf-8")
