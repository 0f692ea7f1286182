"""The settings of the assistant: models that the deployer provides. A part of `settings.py`.

Nothing is set: no text leaves the machine, and the assistant reads by its own tables alone.
"""

from dataclasses import dataclass

from streams import setting_values as values
from streams.backup_settings import BackupSettings
from streams.notice_settings import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantSettings(BackupSettings):
    llm: str | None = setting(
        None,
        values.web_url,
        "address of a language model (OpenAI-compatible: /chat/completions with a JSON schema), such as "
        "http://127.0.0.1:8080/v1; it reads texts whose personal data are masked; unset: none does",
    )
    llm_model: str | None = setting(None, values.text, "name of the model at KOMEK_LLM")
    llm_key: str | None = setting(None, values.secret_text, "bearer token for KOMEK_LLM", secret=True)
    embeddings: str | None = setting(
        None,
        values.web_url,
        "address of a server of the model multilingual-e5-small (OpenAI-compatible: /embeddings), such as "
        "http://127.0.0.1:8080/v1, for machines that the assistant's own does not run on; it gets texts whose personal data are "
        "masked; unset: the own model, where it runs",
    )
    embeddings_model: str | None = setting(None, values.text, "name of the model at KOMEK_EMBEDDINGS")
    embeddings_key: str | None = setting(None, values.secret_text, "bearer token for KOMEK_EMBEDDINGS", secret=True)
    transcription: str | None = setting(
        None,
        values.web_url,
        "address of a model that writes down recordings (OpenAI-compatible: /audio/transcriptions), such as "
        "http://127.0.0.1:8080/v1; it gets what operators choose to have written down; unset: none does",
    )
    transcription_model: str | None = setting(None, values.text, "name of the model at KOMEK_TRANSCRIPTION")
    transcription_key: str | None = setting(
        None, values.secret_text, "bearer token for KOMEK_TRANSCRIPTION", secret=True
    )
    ocr: str | None = setting(
        None,
        values.web_url,
        "address of a model that reads the text in pictures (OpenAI-compatible: /chat/completions with pictures and a JSON "
        "schema), such as http://127.0.0.1:8080/v1; it gets what operators choose to have read; unset: none does",
    )
    ocr_model: str | None = setting(None, values.text, "name of the model at KOMEK_OCR")
    ocr_key: str | None = setting(None, values.secret_text, "bearer token for KOMEK_OCR", secret=True)
