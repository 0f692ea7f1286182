"""The way into Kafka for the API, the CLI and the simulator: commands, private records, profiles, positions.

Start with `commands.py` (acks=all, answered within the promised time, or `Unknown`).
May import: `kafka`, `store`, the lists.
Imported by: the API, `cli`, `simulator`.
"""
