"""The stack that `komek up` starts on 127.0.0.1: Kafka, Redis, workers, notifier and API as child processes of one supervisor.

Start with `stack.py` (start order), then `processes.py` (what the parts are) and `supervisor.py` (restart and stop).
`secured.py` is what `--secure` adds.
May import: `kafka`, `store`, the modules below them (`settings`, `tokens`, `clock`, `errors`), `dispatch`.
Imported by: `cli`. It ends only processes that this stack started, identified by pid and start time.
"""
