"""Webhooks: events of incidents sent to systems of others, signed, retried, in order, without texts and people.

Start with `subscriptions.py` (what the file of a deployment says), then `delivery.py` (one subscription from its place in the log
on) and `service.py` (which notifier sends).
May import: `kafka`, `wire` and below; `dispatch`.
Imported by: `cli`.
"""
