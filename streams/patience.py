"""How long our clients of Kafka wait, in ms. The libraries' own patience is 40 s: for so long a broker that stands still, without
having broken its connections, would be asked although another leads its partitions after three seconds."""

ANSWER_MS = 5_000
"""One request; then the connection is given up and the partition's leader looked up again."""
SESSION_MS = 6_000
"""A member of a group that says nothing for so long has lost its partitions: the least that a broker grants by default."""
REBALANCE_MS = 10_000
"""All members have come by then, or are left out."""
ANSWER_TO_MEMBER_MS = 12_000
"""One request of a member: the answer to its joining comes after the rebalance."""
