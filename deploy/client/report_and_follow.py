"""Reports an incident with the generated client, follows it until somebody has accepted, and prints why they were asked.

    make client && pip install build/komek-client
    KOMEK_TOKEN=$(komek token operator --id my-system) python deploy/client/report_and_follow.py --at 76.945,43.238

Exit codes: 0 somebody has accepted, 1 refused, 2 no answer that counts, 3 nobody has accepted in time.
"""

import argparse
import os
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from komek_client import AuthenticatedClient
from komek_client.api.incidents import explain_incident, read_incident, report_incident
from komek_client.models import Accepted, IncidentReport, IncidentShown, ProblemShown, WhyFact, WhyShown
from komek_client.types import Response

REPEATED = (429, 503)
"""Answers after which the same request may be sent again."""
ACCEPTED = ("accepted", "en_route", "on_scene", "done")
LONGEST_WAIT_S = 10.0
Body = TypeVar("Body")


class Refused(Exception):
    """The server understood the request and refuses it: a repeat changes nothing."""


class NoAnswer(Exception):
    """No answer that counts, after all tries. What was sent may have been stored."""


def asked(send: Callable[[], Response[Any]], expected: type[Body], tries: int) -> Body:
    """The body of the answer. Repeats what may be repeated; an order must be sent under one Idempotency-Key.

    Raises:
        Refused, NoAnswer
    """
    trouble = ""
    for tried in range(1, tries + 1):
        wait_s = min(LONGEST_WAIT_S, 0.25 * 2**tried)
        try:
            answer = send()
        except httpx.TransportError as error:
            # A timeout or a broken connection: the request may have arrived all the same.
            trouble = f"{type(error).__name__}: {error}"
        except (ValueError, KeyError) as error:
            # No JSON, as from a proxy, or a value that a newer server has: nothing was refused.
            trouble = f"an answer that this client cannot read ({type(error).__name__})"
        else:
            if answer.status_code not in REPEATED:
                return body_of(answer, expected)
            trouble, wait_s = told(answer), waited_s(answer, wait_s)
        if tried < tries:
            print(f"again in {wait_s:g} s: {trouble}", file=sys.stderr)
            time.sleep(wait_s)
    raise NoAnswer(trouble)


def waited_s(answer: Response[Any], otherwise_s: float) -> float:
    """`Retry-After`, which this API states in seconds."""
    stated = answer.headers.get("retry-after", "")
    return min(LONGEST_WAIT_S, float(stated)) if stated.isdecimal() else otherwise_s


def body_of(answer: Response[Any], expected: type[Body]) -> Body:
    if not isinstance(answer.parsed, expected):
        raise Refused(told(answer))
    return answer.parsed


def told(answer: Response[Any]) -> str:
    """The problem details (RFC 9457) in a line: status, code, sentence, and the fields at fault."""
    problem = answer.parsed
    if not isinstance(problem, ProblemShown):
        return f"HTTP {int(answer.status_code)}"
    faults = problem.to_dict().get("errors") or []
    fields = "".join(f"; {fault['field']}: expected {fault['expected']}" for fault in faults)
    return f"HTTP {problem.status} {problem.code}: {problem.detail}{fields}"


def followed(client: AuthenticatedClient, incident_id: str, until_s: float, tries: int) -> IncidentShown | None:
    """The incident with somebody who has accepted; None: nobody in time. Prints each change of its state."""
    seen = ""
    while time.monotonic() < until_s:
        state = asked(lambda: read_incident.sync_detailed(incident_id, client=client), IncidentShown, tries)
        accepted = [offer for offer in state.offers if offer.state in ACCEPTED]
        now = f"{state.status}: {len(state.offers)} asked, {len(accepted)} accepted"
        if now != seen:
            print(now, flush=True)
            seen = now
        if accepted:
            return state
        time.sleep(0.5)
    return None


def explained(client: AuthenticatedClient, state: IncidentShown, tries: int) -> None:
    """Prints why each person who accepted was asked. Who they are stands in the audit of this reading."""
    for offer in state.offers:
        if offer.state in ACCEPTED:
            person = offer.volunteer_id
            why = asked(
                lambda person=person: explain_incident.sync_detailed(state.id, client=client, volunteer_id=person),
                WhyShown,
                tries,
            )
            for fact in why.facts:
                if fact.code == "asked":
                    print(f"{person}: {said(fact)}")


def said(fact: WhyFact) -> str:
    parts = [f"number {fact.rank} of {fact.considered}"] if fact.rank and fact.considered else []
    parts += [f"there in some {round(fact.eta_s / 60)} min"] if fact.eta_s else []
    parts += [f"accepts with {fact.chance:.0%}"] if fact.chance else []
    return ", ".join(parts) or "asked"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--api", default="http://127.0.0.1:8000")
    parser.add_argument("--type", default="road.accident")
    parser.add_argument("--at", required=True, help="longitude,latitude")
    parser.add_argument("--key", default=str(uuid.uuid4()), help="Idempotency-Key: the same key reports once")
    parser.add_argument("--within", type=float, default=300, help="how long to follow, in seconds")
    parser.add_argument("--timeout", type=float, default=10, help="of one request, in seconds")
    parser.add_argument("--tries", type=int, default=6)
    return parser.parse_args()


def main() -> int:
    given = arguments()
    lon, lat = map(float, given.at.split(","))
    body = IncidentReport.from_dict({"type": given.type, "location": {"type": "Point", "coordinates": [lon, lat]}})
    timeout = httpx.Timeout(given.timeout)
    with AuthenticatedClient(given.api, token=os.environ["KOMEK_TOKEN"], timeout=timeout) as client:
        try:
            accepted = asked(
                lambda: report_incident.sync_detailed(client=client, body=body, idempotency_key=given.key),
                Accepted,
                given.tries,
            )
            # 202: the report is in the log and cannot be lost any more.
            print(f"reported {accepted.id}", flush=True)
            state = followed(client, accepted.id, time.monotonic() + given.within, given.tries)
            if state is None:
                print("nobody has accepted in time; the incident stays open", file=sys.stderr)
                return 3
            explained(client, state, given.tries)
        except Refused as refusal:
            print(f"refused: {refusal}", file=sys.stderr)
            return 1
        except NoAnswer as trouble:
            print(f"no answer: {trouble}. Repeat with --key {given.key} (Idempotency-Key)", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
