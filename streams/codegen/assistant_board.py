"""The dashboard of the assistant: does it read, how fast, how right."""

from streams.codegen.panels import Board, Kind, Panel, Row, Unit, in_an_hour, one, quantile, quantiles, rates

_JUDGED = "komek_assistant_judged_total"
_RIGHT = f'sum by (task) (increase({_JUDGED}{{right="true"}}[7d]))'
_ALL = f"sum by (task) (increase({_JUDGED}[7d]))"
_OWN = ("assistant_missing", "assistant_below_floor")
_FIRST = Row(
    title="First",
    panels=(
        one(
            "Alarms of the assistant",
            "Dispatch goes on without it.",
            'max by (name) (komek_alarm{name=~"assistant_.*"}) == 1',
            "{{name}}",
            kind=Kind.NOW,
            red_from=1,
            nothing="no alarm",
            pages=_OWN,
        ),
        one(
            "Assistants that run",
            "One is enough.",
            'count(komek_build_info{component="assistant"}) or vector(0)',
            kind=Kind.NOW,
            width=4,
            page="assistant_missing",
        ),
        one(
            "Texts waiting",
            "Most urgent first; beyond a hundred the least urgent are shed.",
            "sum(komek_assistant_waiting)",
            kind=Kind.NOW,
            width=4,
            amber_from=20,
            red_from=100,
        ),
        one(
            "A text, p95",
            "Normal: below 0.2 s.",
            quantile(0.95, "komek_assistant_seconds"),
            kind=Kind.NOW,
            unit=Unit.SECONDS,
            width=4,
            amber_from=0.5,
            nothing="no text",
        ),
        one(
            "Memory",
            "Some 250 MB with the model.",
            'process_resident_memory_bytes * on (instance, job) komek_build_info{component="assistant"}',
            kind=Kind.NOW,
            unit=Unit.BYTES,
            width=4,
        ),
    ),
)
_READING = Row(
    title="Reading",
    panels=(
        one(
            "Texts by outcome",
            "`shed`: too many. `failed` and `stuck`: look at its log.",
            rates("komek_assistant_texts_total", "outcome"),
            "{{outcome}}",
            unit=Unit.EACH_SECOND,
        ),
        Panel(
            title="Time to read a text",
            about="Without waiting.",
            queries=quantiles("komek_assistant_seconds"),
            unit=Unit.SECONDS,
            nothing="no text",
        ),
        one(
            "Model of the deployer (KOMEK_LLM)",
            "By outcome, or the code of its failure. Nothing without one.",
            rates("komek_assistant_model_total", "outcome"),
            "{{outcome}}",
            unit=Unit.EACH_SECOND,
            nothing="no model",
        ),
        one(
            "Hints that were right (7 d)",
            "Share of those that people's answers judged, by work. Below the floor they are shown to nobody.",
            f"({_RIGHT} or 0 * {_ALL}) / {_ALL}",
            "{{task}}",
            kind=Kind.BY_SERIES,
            unit=Unit.SHARE,
            page="assistant_below_floor",
            nothing="nothing judged",
        ),
        one(
            "Records that it left (1 h)",
            "It could not read them, and went on.",
            in_an_hour("komek_assistant_left_total", "topic"),
            "{{topic}}",
        ),
        one(
            "Waiting",
            "Texts that wait to be read.",
            "sum(komek_assistant_waiting)",
            "texts",
        ),
    ),
)
ASSISTANT = Board(name="assistant", about="Does the assistant read, how fast, how right.", rows=(_FIRST, _READING))
