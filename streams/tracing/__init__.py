"""OpenTelemetry traces of incidents, switched on by KOMEK_TRACES.

One incident is one trace, from the report over Kafka, decision, offers and notices to the answers of people. The trace has the
number of the incident, and each span follows from the id of the record or offer that it is about (`span_ids.py`): the answer of a
person, who was told by SMS, finds the trace of their offer, and a repeat is the same span again. Records carry the header
`traceparent`; nothing that is decided, digested or stored depends on it.

Spans wait in a bounded queue for a thread (`recorder.py`) that sends them by the SDK of OpenTelemetry (`otlp.py`, the extra
`traces`): a collector that hangs costs spans, which are counted, and no time. Attributes hold kinds, outcomes and places in the
log, never people, texts or positions.

Start with `spans.py`: what is recorded, and when.
May import: `kafka`, `topics`, `settings`, `metrics`, `clock`, `components`, `dispatch`.
Imported by: the API, `worker`, `notices`, `assistant`, `intake`, `cli`.
"""

from streams.tracing.recorder import configure, end

__all__ = ["configure", "end"]
