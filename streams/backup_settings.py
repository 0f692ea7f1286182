"""The settings of backups: where they lie, and the secret that seals them. A part of `settings.py`."""

from dataclasses import dataclass
from pathlib import Path

from streams import setting_values as values
from streams.notice_settings import NoticeSettings, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings(NoticeSettings):
    backups: Path | None = setting(
        None,
        values.path,
        "folder of the exports of this deployment: `komek export` writes there, `komek doctor` looks there",
    )
    backup_key: str | None = setting(
        None,
        values.secret_text,
        "secret of 16 characters or more that seals the exports; keep it apart from them, and not only here",
        secret=True,
    )
