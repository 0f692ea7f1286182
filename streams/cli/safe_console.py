"""A console that prints texts of clients without obeying them."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from dispatch.model.visible_text import visible


class SafeConsole(Console):
    """Every text that is rendered passes `visible`; only rich itself writes escape sequences."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            # Segments with `control` are escape sequences of rich itself: moves of the cursor, clearing.
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
