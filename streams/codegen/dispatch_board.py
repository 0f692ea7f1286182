"""The dashboard of dispatch: from command to offer."""

from streams.codegen.panels import Board, Kind, Panel, Query, Row, Unit, in_an_hour, one, quantile, quantiles, rates

_VOID = "increase({}[24h])"
_FIRST = Row(
    title="First",
    panels=(
        one(
            "Report to first offer, p95",
            "The objective is 5 s.",
            quantile(0.95, "komek_report_to_offer_seconds"),
            kind=Kind.NOW,
            unit=Unit.SECONDS,
            width=4,
            page="slo_offer",
            amber_from=1,
            red_from=5,
            nothing="no report",
        ),
        one(
            "Oldest command without a decision",
            "Normal: well below a second.",
            "max(komek_oldest_undecided_seconds)",
            kind=Kind.NOW,
            unit=Unit.SECONDS,
            width=4,
            page="undecided",
            amber_from=2,
            red_from=10,
        ),
        one(
            "Commands decided",
            "0 while reports come in: no worker decides.",
            rates("komek_commands_total"),
            kind=Kind.NOW,
            unit=Unit.EACH_SECOND,
            width=4,
            page="worker_missing",
        ),
        one(
            "Ladders ended (1 h)",
            "Requirements for which nobody is left to ask.",
            in_an_hour("komek_ladders_ended_total"),
            kind=Kind.NOW,
            width=4,
            page="ladder_ended",
            red_from=1,
        ),
        Panel(
            title="Void by the order of the log (24 h)",
            about="Expected: 0. Two workers on one partition, or a loss of Redis between claim and decision.",
            queries=(
                Query(expr=f"sum({_VOID.format('komek_void_decisions_total')})", legend="decisions"),
                Query(expr=f"sum({_VOID.format('komek_void_offers_total')})", legend="offers"),
                Query(expr=f"max({_VOID.format('komek_void_events_total')}) or vector(0)", legend="events"),
                Query(expr=f"sum({_VOID.format('komek_broken_decisions_total')})", legend="unreadable"),
            ),
            kind=Kind.NOW,
            width=8,
            page="void_events",
            red_from=1,
        ),
    ),
)
_DECISIONS = Row(
    title="Decisions",
    panels=(
        one(
            "Commands by outcome",
            "A refusal is an answer to a caller, no fault.",
            rates("komek_commands_total", "outcome"),
            "{{outcome}}",
            unit=Unit.EACH_SECOND,
        ),
        one(
            "Commands by kind",
            "The ten most frequent.",
            f"topk(10, {rates('komek_commands_total', 'kind')})",
            "{{kind}}",
            unit=Unit.EACH_SECOND,
        ),
        Panel(
            title="Report to first offer",
            about="From the append of the report to its first offer.",
            queries=quantiles("komek_report_to_offer_seconds"),
            unit=Unit.SECONDS,
            page="slo_offer",
            nothing="no report",
        ),
        Panel(
            title="Time of a batch",
            about="Decide, publish and apply. Slow batches with short lag: Redis or the broker is slow.",
            queries=quantiles("komek_batch_seconds"),
            unit=Unit.SECONDS,
            page="slo_offer",
            nothing="no command",
        ),
        one(
            "Commands in a batch, mean",
            "Near KOMEK_BATCH: the workers are at their end.",
            f"{rates('komek_batch_commands_sum')} / {rates('komek_batch_commands_count')}",
            "commands",
            nothing="no command",
        ),
        Panel(
            title="Repeated",
            about="Batches that failed and were repeated, and commands that Kafka delivered again. Without effect.",
            queries=(
                Query(expr=rates("komek_retried_batches_total", "cause"), legend="batch: {{cause}}"),
                Query(expr=rates("komek_commands_redelivered_total"), legend="command delivered again"),
            ),
            unit=Unit.EACH_SECOND,
            page="worker_stuck",
        ),
    ),
)
_OFFERS = Row(
    title="Offers",
    panels=(
        one(
            "Offers by capability",
            "People who were asked.",
            rates("komek_offers_made_total", "capability"),
            "{{capability}}",
            unit=Unit.EACH_SECOND,
        ),
        one(
            "Claims lost, by answer",
            "Somebody else had the person first. Many: several incidents compete for few people.",
            rates("komek_claims_lost_total", "answer"),
            "{{answer}}",
            unit=Unit.EACH_SECOND,
        ),
        Panel(
            title="Searches",
            about="By who answered: the worker's live index, or Redis. Bounded: stopped at their limit of work. Travel times by "
            "source: `straight` where the router does not answer.",
            queries=(
                Query(expr=rates("komek_searches_total", "by"), legend="{{by}}"),
                Query(expr=rates("komek_searches_bounded_total"), legend="bounded"),
                Query(expr=rates("komek_travel_answers_total", "source"), legend="times: {{source}}"),
            ),
            unit=Unit.EACH_SECOND,
        ),
        Panel(
            title="Live index",
            about="People on duty in the workers' memories, and by how many seconds the last of them is behind.",
            queries=(
                Query(expr="max(komek_live_index_behind_seconds)", legend="behind, s"),
                Query(expr="max(komek_live_index_people)", legend="people"),
            ),
            page="index_behind",
            nothing="KOMEK_LIVE_INDEX is off",
        ),
        Panel(
            title="Shadow plans",
            about="Decisions compared with KOMEK_SHADOW_PLANS, and the offers of both books. `komek shadow` says more.",
            queries=(
                Query(expr=rates("komek_shadow_decisions_total", "outcome"), legend="decisions: {{outcome}}"),
                Query(expr=rates("komek_shadow_offers_total", "plans"), legend="offers: {{plans}}"),
            ),
            unit=Unit.EACH_SECOND,
            nothing="no shadow plans",
        ),
        one(
            "Deadlines by kind",
            "Turned into commands when they are due.",
            rates("komek_deadlines_total", "kind"),
            "{{kind}}",
            unit=Unit.EACH_SECOND,
            page="timers_late",
        ),
        one(
            "Unreadable records (1 h)",
            "Put aside as dead letters. Any of `incidents` alarms.",
            in_an_hour("komek_dead_letters_total", "topic"),
            "{{topic}}",
            page="dead_lettered_incident",
        ),
        Panel(
            title="Redis rebuilt",
            about="Rebuilds in an hour, seconds of the last one, and records about people that it could not read.",
            queries=(
                Query(expr=in_an_hour("komek_rebuilds_total"), legend="rebuilds"),
                Query(expr="max(komek_rebuild_seconds)", legend="seconds of the last"),
                Query(expr=in_an_hour("komek_rebuild_unreadable_total", "topic"), legend="unreadable: {{topic}}"),
            ),
            page="rebuild_running",
        ),
    ),
)
DISPATCH = Board(
    name="dispatch", about="From command to offer: decisions, batches, searches.", rows=(_FIRST, _DECISIONS, _OFFERS)
)
