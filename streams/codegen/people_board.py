"""The dashboard of people: are they told, do they answer, who watches."""

from streams.codegen.panels import Board, Kind, Panel, Query, Row, Unit, in_an_hour, one, quantile, rates
from streams.monitoring.queried_alarms import BEHIND_S, SILENT_S

_FIRST = Row(
    title="First",
    panels=(
        one(
            "Notices failed (1 h)",
            "For good: nobody was reached by them.",
            'sum(increase(komek_notices_total{outcome!="sent"}[1h])) or vector(0)',
            kind=Kind.NOW,
            width=4,
            page="slo_notices",
            amber_from=1,
            red_from=10,
        ),
        one(
            "Notices waiting",
            "Grows on one channel: its gateway is slow.",
            "sum(komek_notices_waiting)",
            kind=Kind.NOW,
            width=4,
            page="slo_notices",
            amber_from=20,
            red_from=200,
        ),
        one(
            "Notice, p95",
            "From the cause to the gateway's word. The objective is 10 s.",
            quantile(0.95, "komek_notice_seconds"),
            kind=Kind.NOW,
            unit=Unit.SECONDS,
            width=4,
            page="slo_notices",
            red_from=10,
            nothing="no notice",
        ),
        one(
            "Steps that no notifier committed",
            "Grows without a notifier.",
            "max(komek_notifier_lag)",
            kind=Kind.NOW,
            width=4,
            page="notifier_missing",
            red_from=100,
        ),
        one(
            "Operators who watch",
            "With an open live view. 0: nobody hears an alarm of the field.",
            "sum(komek_operators_watching)",
            kind=Kind.NOW,
            width=4,
        ),
        one(
            "Live views",
            "Consoles and telephones.",
            "sum(komek_live_views)",
            kind=Kind.NOW,
            width=4,
        ),
    ),
)
_NOTICES = Row(
    title="Notices",
    panels=(
        one(
            "Notices by way and outcome",
            "What was taken by each gateway.",
            rates("komek_notices_total", "channel", "outcome"),
            "{{channel}} {{outcome}}",
            unit=Unit.EACH_SECOND,
            page="slo_notices",
        ),
        one(
            "Time to the gateway, p95",
            "By way.",
            quantile(0.95, "komek_notice_seconds", "channel"),
            "{{channel}}",
            unit=Unit.SECONDS,
            page="slo_notices",
            nothing="no notice",
        ),
        one(
            "Waiting",
            "By way.",
            "sum by (channel) (komek_notices_waiting)",
            "{{channel}}",
            page="slo_notices",
        ),
        one(
            "Refused by gateways",
            "By way and code: 401, 403 and bad_token are a wrong account.",
            rates("komek_notices_refused_total", "channel", "code"),
            "{{channel}} {{code}}",
            unit=Unit.EACH_SECOND,
            page="way_failing",
        ),
        Panel(
            title="Repeated and dropped",
            about="Dropped: the reason is no longer valid, or the queue was full.",
            queries=(
                Query(expr=rates("komek_notices_retried_total", "channel"), legend="{{channel}} repeated"),
                Query(
                    expr=rates("komek_notices_dropped_total", "channel", "why"), legend="{{channel}} dropped: {{why}}"
                ),
            ),
            unit=Unit.EACH_SECOND,
            page="way_failing",
        ),
        Panel(
            title="Webhooks",
            about="Requests to the systems of others. Given up: `komek webhooks letters`, then `replay`.",
            queries=(
                Query(
                    expr=rates("komek_webhooks_total", "subscription", "verdict"),
                    legend="{{subscription}} {{verdict}}",
                ),
                Query(
                    expr=rates("komek_webhook_letters_total", "subscription"),
                    legend="{{subscription}} given up",
                ),
            ),
            unit=Unit.EACH_SECOND,
            page="webhook_failing",
        ),
        Panel(
            title="Webhooks: behind and failing",
            about="How late a receiver learns, and for how long it has been failing. Normal: a second, and 0.",
            queries=(
                Query(expr="max by (subscription) (komek_webhook_behind_seconds)", legend="{{subscription}} behind"),
                Query(expr="max by (subscription) (komek_webhook_failing_seconds)", legend="{{subscription}} failing"),
            ),
            unit=Unit.SECONDS,
            page="webhook_behind",
            amber_from=60,
            red_from=BEHIND_S,
            nothing="no webhook",
        ),
        one(
            "Webhooks given up and left",
            "Sent again by `komek webhooks replay`. Normal: 0.",
            "max by (subscription) (komek_webhook_letters_left)",
            "{{subscription}}",
            page="webhook_letters",
            red_from=1,
            nothing="no webhook",
        ),
        Panel(
            title="Feeds of warnings",
            about="Since a feed was read and carried out; for how long the API has refused a warning. Normal: minutes, and 0.",
            queries=(
                Query(expr="time() - max by (feed) (komek_cap_feed_read_timestamp_seconds)", legend="{{feed}}"),
                Query(expr="max by (feed) (komek_cap_feed_refused_seconds)", legend="{{feed}} refused"),
            ),
            unit=Unit.SECONDS,
            page="feed_silent",
            amber_from=SILENT_S / 2,
            red_from=SILENT_S,
            nothing="no feed",
        ),
        Panel(
            title="Warnings of others",
            about="Requests to feeds, and what became of alerts. Unusable: see the log of the follower. Normal: few.",
            queries=(
                Query(expr=rates("komek_cap_feed_reads_total", "feed", "outcome"), legend="{{feed}} {{outcome}}"),
                Query(expr=rates("komek_cap_alerts_total", "outcome"), legend="alerts: {{outcome}}"),
            ),
            unit=Unit.EACH_SECOND,
            page="feed_refused",
            nothing="no feed",
        ),
        one(
            "Positions",
            "Confirmed by Kafka. 0 while people are on duty: telephones cannot reach the API.",
            rates("komek_positions_accepted_total"),
            "positions",
            unit=Unit.EACH_SECOND,
        ),
    ),
)
_DESK = Row(
    title="Desks and data",
    panels=(
        Panel(
            title="Alarms answered (1 h)",
            about="And how many times they had sounded: many sounds for one answer tire people.",
            queries=(
                Query(expr=in_an_hour("komek_alarms_answered_total", "name", "answer"), legend="{{name}} {{answer}}"),
                Query(expr=in_an_hour("komek_alarm_sounds_total", "name"), legend="{{name}} sounded"),
            ),
        ),
        Panel(
            title="Live views that lost something (1 h)",
            about="Cut off: they fell behind and connect again. Unreadable: records that could not be shown.",
            queries=(
                Query(expr=in_an_hour("komek_live_cut_off_total"), legend="cut off"),
                Query(expr=in_an_hour("komek_live_unreadable_total", "topic"), legend="unreadable: {{topic}}"),
            ),
        ),
        one(
            "Erased because their time was over (1 h)",
            "Texts, callers, positions: by kind.",
            in_an_hour("komek_retention_tombstones_total", "kind"),
            "{{kind}}",
        ),
    ),
)
_PUBLIC = Row(
    title="Messages from the public",
    panels=(
        Panel(
            title="Waiting",
            about="Conversations that no operator has ended. At 20,000 of them gateways must keep what is new.",
            queries=(Query(expr="max(komek_public_conversations_waiting)", legend="conversations"),),
            page="message_unread",
        ),
        one(
            "Oldest that nobody works on",
            "The alarm comes after two minutes.",
            "max(komek_public_oldest_unread_seconds)",
            "age",
            unit=Unit.SECONDS,
            page="message_unread",
        ),
        Panel(
            title="Messages and acknowledgements (1 h)",
            about="Not acknowledged: the sender had one lately, asked for none, or too many senders wrote at once.",
            queries=(
                Query(expr=in_an_hour("komek_public_messages_total", "way", "kind"), legend="{{way}} {{kind}}"),
                Query(expr=in_an_hour("komek_public_acknowledgements_total", "outcome"), legend="answer: {{outcome}}"),
            ),
        ),
    ),
)
PEOPLE = Board(
    name="people", about="Are people told, do they answer, who watches.", rows=(_FIRST, _NOTICES, _PUBLIC, _DESK)
)
