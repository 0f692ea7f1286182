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
