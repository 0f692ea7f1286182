"""The key ring: the secret keys of a deployment with their ids, read from settings or a file and reloaded without a restart.

Start with `key_ring.py` (which key does what); `ring_file.py` states what a file may contain; `live_ring.py` is the ring that a
process uses. `streams/wire/sealing.py` encrypts with it, `streams/readers/key_log.py` reads what the deployment has declared.
May import: `settings`, `metrics`, `clock`, `errors`.
Imported by: `wire`, every process that opens or seals private records, `cli`.
"""

from streams.ring.key_ring import BadRing, KeyMissing, KeyRing, KeyState, KeyUse, RingKey
from streams.ring.live_ring import LiveRing

__all__ = ["BadRing", "KeyMissing", "KeyRing", "KeyState", "KeyUse", "LiveRing", "RingKey"]
