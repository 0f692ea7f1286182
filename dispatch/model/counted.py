"""Counts in sentences."""


def counted(count: int, one: str, many: str = "") -> str:
    """`1 record`, `1,204 records`. `many`: where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
