"""Timeouts of the Kafka clients, in ms.

The libraries' default request timeout is 40 s. A broker that hangs without closing its connections would be asked for that long,
although another broker leads its partitions after three seconds.
"""

from aiokafka.client import AIOKafkaClient

REQUEST_MS = 5_000
"""A single request; afterwards the connection is closed and the partition's leader is looked up again."""
LEADERS_MS = 2_000
"""Maximum age of metadata. A request to a hanging broker fails late, so this refresh is how a client learns of a new leader. The
libraries' default is five minutes."""
CALL_MS = 15_000
"""A call with all its requests: enough to repeat it at the new leader."""
SESSION_MS = 6_000
"""Session timeout of group members, the minimum that brokers allow by default."""
HEARTBEAT_MS = 2_000
"""Heartbeat interval of group members."""
REBALANCE_MS = 10_000
"""Members that have not rejoined within this time are left out of the rebalance."""
MEMBER_REQUEST_MS = 12_000
"""A single request of a group member. JoinGroup is answered after the rebalance, so this exceeds `REBALANCE_MS`."""


def limit_single_requests(client: AIOKafkaClient) -> None:
    """Limits each request to `REQUEST_MS` in clients whose `request_timeout_ms` spans several requests.

    When both limits are equal, the call ends just before its request does, so the connection stays open and the next call goes
    to the same broker. aiokafka has no setting for this, hence the private attribute.
    """
    client._request_timeout_ms = REQUEST_MS
