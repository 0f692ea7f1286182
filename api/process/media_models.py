"""The models of the deployer that this process asks about recordings and pictures, and how many it asks at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dispatch.assistant.hint_kinds import HintTask
from streams.assistant.media_models import MediaModel, PictureReading, Transcription
from streams.settings import Settings

MOST_AT_ONCE = 4
"""Each holds up to 4 MiB, and a third more while a picture is sent on."""


class MediaModels:
    """One for each kind of work that has a model."""

    def __init__(self, models: Mapping[HintTask, MediaModel] | None = None) -> None:
        self._models = dict(models or {})
        self._places = MOST_AT_ONCE

    @classmethod
    def of_settings(cls, settings: Settings) -> "MediaModels":
        """Raises SettingsError: an address is set without a model."""
        models: dict[HintTask, MediaModel] = {}
        if settings.transcription:
            models[HintTask.TRANSCRIPTION] = Transcription(settings)
        if settings.ocr:
            models[HintTask.PICTURE] = PictureReading(settings)
        return cls(models)

    @property
    def tasks(self) -> list[HintTask]:
        """The work that has a model."""
        return list(self._models)

    def of(self, task: HintTask) -> MediaModel | None:
        return self._models.get(task)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Whether there is a place; it is held while the body is read and the model is asked."""
        if self._places == 0:
            yield False
            return
        self._places -= 1
        try:
            yield True
        finally:
            self._places += 1

    async def close(self) -> None:
        for model in self._models.values():
            await model.close()
