"""Archives Kafka's classes in the user's cache folder, so that brokers start faster (`streams/local/class_archive.py`).

    python .ci/kafka_archive.py [--later]

`--later`: after a minute, for a stack that has just started. Does nothing when the archive is there.
"""

import os
import sys
from time import sleep

from streams.local import class_archive, jars, maven
from streams.local.class_archive import java_with

LATER_S = 60.0


def main(arguments: list[str]) -> None:
    cache = jars.cache_folder(os.environ)
    jars.ensure(jars.pinned(), cache, fetch=maven.fetch, progress=lambda _: None)
    java = java_with(cache)
    if java.archive is not None:
        return
    if "--later" in arguments:
        sleep(LATER_S)
        # Whatever else runs on this machine goes first.
        os.nice(19)
    class_archive.make(java, cache)


if __name__ == "__main__":
    main(sys.argv[1:])
