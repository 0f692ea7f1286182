"""What the errors of both Kafka clients mean, as one plain clause."""

from aiokafka.errors import KafkaError as AioKafkaError
from kafka.errors import KafkaError

from dispatch.model.plain_reason import plain_reason

_LATE = "no answer in time"
_AWAY = "no broker can be reached"
_NO_LEADER = "the partition has no leader now"
_FEW_REPLICAS = "too few brokers hold the partition in sync"
_BY_NAME = {
    "KafkaTimeoutError": _LATE,
    "RequestTimedOutError": _LATE,
    "KafkaConnectionError": _AWAY,
    "NodeNotReadyError": _AWAY,
    "BrokerNotAvailableError": _AWAY,
    "MetadataEmptyBrokerList": _AWAY,
    "LeaderNotAvailableError": _NO_LEADER,
    "NotLeaderForPartitionError": _NO_LEADER,
    "NotEnoughReplicasError": _FEW_REPLICAS,
    "NotEnoughReplicasAfterAppendError": _FEW_REPLICAS,
    "GroupCoordinatorNotAvailableError": "the broker that keeps the consumer groups is not ready",
    "TopicAuthorizationFailedError": "this user may not use the topic",
    "GroupAuthorizationFailedError": "this user may not use the consumer group",
    "ClusterAuthorizationFailedError": "this user may not administer the cluster",
    "UnknownTopicOrPartitionError": "there is no such topic or partition",
    "MessageSizeTooLargeError": "a record is larger than brokers accept",
    "UnknownMemberIdError": "the group has given its partitions to another process",
    "IllegalGenerationError": "the group has given its partitions to another process",
}
"""By class: the clients have classes of the same names for the same errors of the protocol."""


def kafka_reason(error: BaseException) -> str:
    """As `plain_reason`. An error that is not in the table keeps its name, by which Kafka's documentation explains it."""
    if isinstance(error, AssertionError):
        # kafka-python asserts that a partition exists.
        return "there is no such partition"
    if not isinstance(error, KafkaError | AioKafkaError):
        return plain_reason(error)
    name = type(error).__name__
    about = ", ".join(str(one) for one in error.args if isinstance(one, str) and one)
    if name in _BY_NAME:
        # Of a right that is missing: on what.
        return f"{_BY_NAME[name]} ({about})" if "Authorization" in name and about else _BY_NAME[name]
    return f"Kafka answers {name}{f' ({about})' if about else ''}"
