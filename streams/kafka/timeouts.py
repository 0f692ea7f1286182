"""How long our clients of Kafka wait, in ms. The libraries' own patience is 40 s: for so long a broker that stands still, without
having broken its connections, would be asked although another leads its partitions after three seconds."""

from aiokafka.client import AIOKafkaClient

ANSWER_MS = 5_000
"""One request; then the connection is given up and the partition's leader looked up again."""
LEADERS_MS = 2_000
"""How old what a client knows of the leaders may be: a request to a broker that hangs fails late, and only then, or by this, the
client hears of the new leader. The libraries' default is five minutes."""
QUESTION_MS = 15_000
"""A question with all its requests: time to ask the new leader too."""
SESSION_MS = 6_000
"""A member of a group that says nothing for so long has lost its partitions: the least that a broker grants by default."""
HEARTBEAT_MS = 2_000
"""Between two signs of life of a member."""
REBALANCE_MS = 10_000
"""All members have come by then, or are left out."""
ANSWER_TO_MEMBER_MS = 12_000
"""One request of a member: the answer to its joining comes after the rebalance."""


def leaves_who_stands_still(client: AIOKafkaClient) -> None:
    """For clients whose `request_timeout_ms` is the life of something longer than one request.

    When both are the same, a question ends just before its request does, so the connection stays, and the next question goes to
    the same broker. aiokafka has no setting for this.
    """
    client._request_timeout_ms = ANSWER_MS
