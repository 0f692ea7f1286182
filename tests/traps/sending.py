"""Sends through Faust a record that the broker refuses, and prints what became of it.

python -m tests.traps.sending BROKER TOPIC SIZE
"""

import asyncio
import sys

import faust

from tests.traps.worker import QUICK


async def main(broker: str, topic_name: str, size: int) -> None:
    app = faust.App("sending", broker=f"kafka://{broker}", **QUICK)
    topic = app.topic(topic_name, key_serializer="raw", value_serializer="raw")
    async with app.producer:
        answer = await topic.send(value=b"x" * size)
        print("one await: no error", flush=True)
        try:
            await answer
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
            print(f"two awaits: {type(error).__name__}", flush=True)
        else:
            print("two awaits: no error", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
