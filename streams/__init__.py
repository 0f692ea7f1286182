"""The edge to Kafka and Redis.

Start reading here. One list each: settings (`settings.py`), topics (`topics.py`), keys (`redis_keys.py`), records on the wire
(`wire.py`), metrics (`metrics.py`). The way of a command: `agent.py` (the one safe Faust agent) → `dispatcher.py` (one batch:
load, find, claim, decide, publish, apply) → `publisher.py`. Positions and profiles come in through `profile_services.py`; timers
through `timers.py`; `rebuilder.py` makes Redis anew from the log; `app.py` joins the parts.
"""
