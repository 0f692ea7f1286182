"""Orders of alerts to the API, as a feed or an operator. What an answer means stands in one table, by the code of the problem."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from streams.api_client import http_reason
from streams.api_paths import path_of
from streams.cap.importing import FoundIncident, OrderRefused
from streams.errors import RetryLater

CLOSED = ("closed", "cancelled")
ENDED = frozenset({"incident_ended", "not_found"})
"""The incident takes no orders any more: an operator ended or merged it, or it is so old that Redis has forgotten it."""
REFUSED_TOKEN = frozenset({"unauthenticated", "forbidden"})
LATER = frozenset({401, 403, 408, 425, 429})
"""As every 5xx: nothing is wrong with the alert. A token that was refused may be replaced by another one."""


class ApiAway(RetryLater):
    """The API does not answer, or not now; the message has what it said. The same orders are repeated with the same keys."""


class TokenRefused(ApiAway):
    """The API answers, and refuses the token or its role: another one, in the same file perhaps, may be accepted."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"the API refuses the token: {status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeInForce:
    """`has_hazard` None: an API of an earlier version, which does not say it."""

    type: str
    has_hazard: bool | None


class ApiDesk:
    """A `Desk` (`importing.py`).

    Raises:
        OrderRefused: the API refuses this order for good.
        ApiAway: it does not answer, or not now.
    """

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def report(self, body: Mapping[str, Any], key: str) -> str:
        return self.reported(body, key)[0]

    def reported(self, body: Mapping[str, Any], key: str) -> tuple[str, bool]:
        """The incident, and whether it has this body: False if the key was used with another one before."""
        response = self._sent("POST", "/v1/incidents", json=body, headers={"Idempotency-Key": key})
        # Reported before, by other rules: the incident is there.
        if _code(response) == "idempotency_key_reused" and (found := self.find(str(body["external_id"]))):
            return found.id, False
        return str(_checked(response)["id"]), True

    def edit(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self._ordered("PATCH", path_of("incidents", incident_id), body, key)

    def close(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self._ordered("POST", path_of("incidents", incident_id, "close"), body, key)

    def merge(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self._ordered("POST", path_of("incidents", incident_id, "merge"), body, key)

    def note(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self._ordered("POST", path_of("incidents", incident_id, "notes"), body, key)

    def find(self, external: str) -> FoundIncident | None:
        return self._found(external, "external_id")

    def present(self, incident_id: str) -> FoundIncident | None:
        # By the search: reading the incident itself would open texts of people, and leave an entry in the audit.
        return self._found(incident_id, "id")

    def _found(self, text: str, match: str) -> FoundIncident | None:
        answer = _checked(self._sent("GET", "/v1/search", params={"q": text}))
        rows = [item["incident"] for item in answer["items"] if item["type"] == "incident" and item["match"] == match]
        if not rows:
            # Nothing was found because nothing was looked for: an update would be reported as another incident.
            if not answer.get("complete", True):
                raise ApiAway("the API cannot search now: Redis does not answer")
            return None
        row = rows[0]
        return FoundIncident(row["id"], row["type"], row["status"] not in CLOSED, row.get("merged_into"))

    def types(self) -> list[TypeInForce]:
        """The incident types of the plans in force."""
        items = _checked(self._sent("GET", "/v1/incident-types"))["items"]
        return [TypeInForce(type=item["type"], has_hazard=item.get("hazard")) for item in items]

    def _ordered(self, method: str, path: str, body: Mapping[str, Any], key: str) -> bool:
        response = self._sent(method, path, json=body, headers={"Idempotency-Key": key})
        # Only these: another 409, such as a private record that cannot be read, leaves the incident open.
        if _code(response) in ENDED:
            return False
        _checked(response)
        return True

    def _sent(self, method: str, path: str, **request: Any) -> httpx2.Response:
        try:
            return self._http.request(method, path, **request)
        except httpx2.HTTPError as error:
            raise ApiAway(f"the API does not answer: {http_reason(error)}") from error


def _code(response: httpx2.Response) -> str:
    """The code of a problem; empty for a success and for an answer that is not the API's."""
    if response.is_success:
        return ""
    try:
        problem = response.json()
    except ValueError:
        return ""
    return str(problem.get("code") or "") if isinstance(problem, Mapping) else ""


def _said(problem: Mapping[str, Any]) -> str:
    """The fields that the problem is about, and its title: its detail may quote what an alert says of people."""
    fields = [str(error.get("field")) for error in problem.get("errors") or () if isinstance(error, Mapping)]
    title = str(problem.get("title") or "")
    return (f" {', '.join(fields)}" if fields else "") + (f": {title}" if title else "")


def _checked(response: httpx2.Response) -> Mapping[str, Any]:
    code = _code(response)
    what = f"{response.status_code} {code or response.reason_phrase}"
    if code in REFUSED_TOKEN:
        raise TokenRefused(response.status_code, code)
    # An answer without a code comes from something between: a proxy says nothing about the alert.
    if response.status_code >= 500 or response.status_code in LATER or (not response.is_success and not code):
        raise ApiAway(what)
    if not response.is_success:
        raise OrderRefused(f"{what}{_said(response.json())}")
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, Mapping):
        raise ApiAway(f"{what}, and no JSON")
    return answer
