"""The dashboards: service, dispatch, people, assistant. On top of each stands what an engineer looks at first at night.

Every metric of `streams/metrics.py` is in a panel, and no panel asks for another one: tests/streams/codegen/test_dashboards.py.
"""

from streams.codegen.alert_rules import slo_page
from streams.codegen.assistant_board import ASSISTANT
from streams.codegen.dispatch_board import DISPATCH
from streams.codegen.panels import Board, Kind, Panel, Query, Row, Unit, in_an_hour, one, quantile, quantiles, rates
from streams.codegen.people_board import PEOPLE
from streams.monitoring.alarms import NAMES
from streams.monitoring.objectives import BURNS, OBJECTIVES, OVER, Objective, recorded
from streams.monitoring.queried_alarms import ERASURES_S, EXPORT_S

BURN = BURNS[0]
ALARMS_ON = one(
    "Alarms that are on",
    "Each leads to its page. None is normal.",
    "max by (name) (komek_alarm) == 1",
    "{{name}}",
    kind=Kind.NOW,
    width=10,
    red_from=1,
    nothing="no alarm",
    pages=NAMES,
)
REPORT_TO_OFFER = Panel(
    title="Report to first offer",
    about="From the append of the report to its first offer. Normal: p95 far below 1 s; the objective is 5 s.",
    queries=quantiles("komek_report_to_offer_seconds"),
    unit=Unit.SECONDS,
    page="slo_offer",
    red_from=5,
    nothing="no report",
)
UNDECIDED = one(
    "Oldest command without a decision",
    "Normal: well below a second. The alarm begins at 10 s.",
    "max(komek_oldest_undecided_seconds)",
    kind=Kind.NOW,
    unit=Unit.SECONDS,
    width=4,
    page="undecided",
    amber_from=2,
    red_from=10,
)
LAG = one(
    "Commands not committed",
    "Lag of all partitions. Normal: some tens under load, falling at once.",
    "sum(max by (partition) (komek_committed_lag))",
    kind=Kind.NOW,
    width=4,
    page="worker_stuck",
    amber_from=200,
    red_from=2000,
)


def _burn(objective: Objective) -> Query:
    expr = f"{recorded(objective.name, BURN.long)} / {1 - objective.target:.6g}"
    return Query(expr=expr, legend=slo_page(objective))


def _left(objective: Objective) -> Query:
    at = {"function": "increase", "window": OVER}
    share = f"({objective.bad % at}) / ({objective.total % at})"
    return Query(expr=f"1 - ({share}) / {1 - objective.target:.6g}", legend=slo_page(objective))


def _age(timestamps: str) -> str:
    return f"time() - max({timestamps})"


_NOW = Row(
    title="First",
    panels=(
        ALARMS_ON,
        one(
            "Alarms unknown",
            "Conditions that cannot be evaluated, because what they need does not answer. Normal: 0.",
            "count(max by (name) (komek_alarm) != max by (name) (komek_alarm)) or vector(0)",
            kind=Kind.NOW,
            width=3,
            page="silent",
            amber_from=1,
        ),
        one(
            "Processes that do not answer",
            "Targets of Prometheus whose /metrics did not answer. Normal: 0.",
            'count(up{job=~"$job"} == 0) or vector(0)',
            kind=Kind.NOW,
            width=3,
            page="silent",
            red_from=1,
        ),
        UNDECIDED,
        LAG,
        Panel(
            title=f"Error budget: speed at which it is spent ({BURN.long})",
            about=f"1 is allowed. From {BURN.times:g} on it wakes somebody. No line: nothing happened.",
            queries=tuple(map(_burn, OBJECTIVES)),
            unit=Unit.TIMES,
            amber_from=1,
            red_from=BURN.times,
            pages=tuple(map(slo_page, OBJECTIVES)),
            nothing="nothing happened",
        ),
        Panel(
            title=f"Error budget left ({OVER})",
            about="Share of the events that may still go wrong in this time. Below 0: the objective is missed.",
            queries=tuple(map(_left, OBJECTIVES)),
            kind=Kind.NOW,
            unit=Unit.SHARE,
            pages=tuple(map(slo_page, OBJECTIVES)),
            nothing="nothing happened",
        ),
        REPORT_TO_OFFER,
        one(
            "Alarms",
            "Red: on. Grey: unknown.",
            "max by (name) (komek_alarm)",
            "{{name}}",
            kind=Kind.STATES,
            width=24,
            pages=NAMES,
        ),
    ),
)
_INTAKE = Row(
    title="Requests",
    panels=(
        one(
            "Responses by status",
            "5xx is our fault: normal is none.",
            rates("komek_http_requests_total", "status"),
            "{{status}}",
            unit=Unit.EACH_SECOND,
            page="slo_intake",
        ),
        one(
            "Time to the response, p95, slowest routes",
            "Normal: below 0.1 s. Live views are not in it.",
            f"topk(8, {quantile(0.95, 'komek_http_request_seconds', 'route', 'method')})",
            "{{method}} {{route}}",
            unit=Unit.SECONDS,
            nothing="no request",
        ),
        Panel(
            title="Refused",
            about="`overloaded`: too many sends wait for Kafka. `unknown`: Kafka did not confirm. `stale`: read too late.",
            queries=(
                Query(expr=rates("komek_intake_refused_total", "cause"), legend="{{cause}}"),
                Query(expr=rates("komek_stale_requests_total"), legend="stale"),
                Query(expr=rates("komek_limited_requests_total", "kind", "role"), legend="limit {{kind}} {{role}}"),
                Query(expr=rates("komek_intake_producer_renewed_total"), legend="producer replaced"),
            ),
            unit=Unit.EACH_SECOND,
            page="kafka_away",
        ),
    ),
)
_BEHIND = Row(
    title="Behind",
    panels=(
        one(
            "Lag by partition",
            "One line that grows alone: a stuck partition.",
            "max by (partition) (komek_committed_lag)",
            "{{partition}}",
            page="worker_stuck",
        ),
        one(
            "Oldest command without a decision",
            "Falls to 0 between reports.",
            "max(komek_oldest_undecided_seconds)",
            "oldest",
            unit=Unit.SECONDS,
            page="undecided",
            red_from=10,
        ),
        one(
            "Steps of offers that no notifier committed",
            "Grows without a notifier.",
            "max(komek_notifier_lag)",
            "steps",
            page="notifier_missing",
        ),
    ),
)
_WHO = "* on (instance, job) group_left (component) komek_build_info"
_PROCESSES = Row(
    title="Processes",
    panels=(
        one(
            "Memory",
            "Grows with people (API, worker) and sessions. The limits are in deploy/processes.toml.",
            f"process_resident_memory_bytes {_WHO}",
            "{{component}} {{instance}}",
            unit=Unit.BYTES,
        ),
        one(
            "Processor",
            "Cores. A process at 1 is at its end: more of them help.",
            f"rate(process_cpu_seconds_total[$__rate_interval]) {_WHO}",
            "{{component}} {{instance}}",
            unit=Unit.CORES,
        ),
        one(
            "Open files and connections",
            "Share of the limit. Live views take one each.",
            f"process_open_fds / process_max_fds {_WHO}",
            "{{component}} {{instance}}",
            unit=Unit.SHARE,
            red_from=0.9,
        ),
        one(
            "Running for",
            "A process that begins anew again and again has a cause in its log.",
            f"(time() - process_start_time_seconds) {_WHO}",
            "{{component}} {{instance}}",
            kind=Kind.BY_SERIES,
            unit=Unit.SECONDS,
            page="worker_missing",
        ),
        one(
            "Processes by version",
            "Two versions: a rolling upgrade, or one that was not finished.",
            "count by (component, version) (komek_build_info)",
            "{{component}} {{version}}",
            kind=Kind.BY_SERIES,
        ),
        Panel(
            title="Keys, audit and sessions",
            about="Refused reloads: the file is wrong, and a restart would fail. Audit entries wait while Kafka is away.",
            queries=(
                Query(expr=in_an_hour("komek_key_ring_reloads_total", "outcome"), legend="key ring {{outcome}}"),
                Query(expr=in_an_hour("komek_token_key_reloads_total", "outcome"), legend="token keys {{outcome}}"),
                Query(expr="sum(komek_audit_waiting)", legend="audit entries waiting"),
                Query(expr=in_an_hour("komek_audit_lost_total"), legend="audit entries lost"),
                Query(expr="max(komek_audit_file_broken)", legend="audit file broken"),
                Query(expr="max(komek_session_records)", legend="sessions and codes"),
            ),
            page="audit_unwritten",
        ),
        one(
            "Spans of traces",
            "Dropped or failed: the collector of KOMEK_TRACES is slow or away; nothing else suffers.",
            rates("komek_trace_spans_total", "outcome"),
            "{{outcome}}",
            unit=Unit.EACH_SECOND,
            nothing="no traces",
        ),
    ),
)
_BACKUPS = Row(
    title="Backups",
    panels=(
        Panel(
            title="Age of the newest export",
            about="Of what it holds, and of the newest that was read back. Normal: less than a day, both the same.",
            queries=(
                Query(expr=_age("komek_backup_begun_timestamp_seconds"), legend="newest"),
                Query(expr=_age("komek_backup_read_back_timestamp_seconds"), legend="newest that was read back"),
            ),
            unit=Unit.SECONDS,
            page="backup_late",
            red_from=EXPORT_S,
            nothing="no backups are shown",
        ),
        one(
            "Since the list of erasures was kept up",
            "Who was erased since would come back with a restore. Normal: some minutes.",
            _age("komek_backup_erasures_timestamp_seconds"),
            "list",
            unit=Unit.SECONDS,
            page="erasures_late",
            red_from=ERASURES_S,
            nothing="no backups are shown",
        ),
        one(
            "Since an export failed",
            "Until one is completed. Normal: nothing.",
            f"{_age('komek_backup_failed_timestamp_seconds')} and max(komek_backup_failed_timestamp_seconds) > 0",
            "failed",
            kind=Kind.NOW,
            unit=Unit.SECONDS,
            width=4,
            page="backup_failed",
            red_from=0,
            nothing="none failed",
        ),
        one(
            "Size of the newest export",
            "Grows with the log; one that is suddenly small holds a new log.",
            "max(komek_backup_bytes)",
            "size",
            kind=Kind.NOW,
            unit=Unit.BYTES,
            width=4,
            nothing="no backups are shown",
        ),
    ),
)
SERVICE = Board(
    name="service",
    about="Is Komek well? Alarms, objectives, what is behind, requests, processes, backups.",
    rows=(_NOW, _BEHIND, _INTAKE, _PROCESSES, _BACKUPS),
)
BOARDS = (SERVICE, DISPATCH, PEOPLE, ASSISTANT)
