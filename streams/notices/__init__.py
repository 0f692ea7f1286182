"""The notifier: sends volunteers notices about their offers, at least once, in order per volunteer.

Start with `notifier.py`; `partition.py` tracks one partition of `offers`, `channels.py` has the channel port.
May import: `readers`, `dead_letters`, `intake`, `rebuild`, `local`, `store`, `kafka` and below; `dispatch`.
Imported by: `monitoring`, `cli`, the API.
"""
