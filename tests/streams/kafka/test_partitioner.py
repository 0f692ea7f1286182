"""The partition of a key: what the producers of both libraries choose."""

import random

import pytest
from aiokafka.partitioner import murmur2
from kafka.partitioner.default import murmur2 as murmur2_of_kafka_python

from streams.kafka.partitioner import partition_of

ALPHABET = "abcXYZ019-_.:|/ \n\0äéңғүұқөһіЯ漢字😀"


def keys(count: int, seed: int) -> list[bytes]:
    """Ids as they are and texts of every length from 0 to 40, also outside ASCII."""
    rng = random.Random(seed)
    texts = ["".join(rng.choices(ALPHABET, k=number % 41)) for number in range(count // 2)]
    return [text.encode() for text in texts] + [f"v-{rng.getrandbits(128):032x}".encode() for _ in range(count // 2)]


@pytest.mark.parametrize("partitions", [1, 3, 12, 64])
def test_a_key_has_the_partition_that_both_libraries_choose(partitions: int) -> None:
    for key in keys(2_000, seed=partitions):
        expected = {(hashed(key) & 0x7FFFFFFF) % partitions for hashed in (murmur2, murmur2_of_kafka_python)}

        assert {partition_of(key, partitions)} == expected


@pytest.mark.parametrize(
    ("key", "java"),
    [  # org.apache.kafka.common.utils.UtilsTest
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_a_key_has_the_partition_that_java_clients_choose(key: bytes, java: int) -> None:
    assert partition_of(key, 12) == (java & 0x7FFFFFFF) % 12
