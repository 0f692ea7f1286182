"""The settings of the two pages: how the deployment is called, its time zone, its map, exercise mode. A part of `settings.py`."""

from dataclasses import dataclass
from pathlib import Path

from streams import page_values as pages
from streams import setting_values as values
from streams.feed_settings import FeedSettings
from streams.notice_settings import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings(FeedSettings):
    name_kk: str | None = setting(None, values.text, "name of the deployment on the pages, in Kazakh: Алматы қаласы")
    name_ru: str | None = setting(None, values.text, "the same in Russian; a language without a name shows another one")
    name_en: str | None = setting(None, values.text, "the same in English")
    time_zone: str = setting(
        "Asia/Almaty",
        pages.time_zone,
        "time zone of all times on the pages, of quiet hours and of the days of call numbers, a name of the IANA database",
    )
    centre: pages.Centre | None = setting(
        None, pages.centre, "where the console's map opens: longitude,latitude,zoom; unset: the whole country"
    )
    operators_phone: str | None = setting(
        None,
        pages.phone,
        "phone number of the operators: volunteers call it while an answer is not confirmed; unset: 112",
    )
    map_style: str | None = setting(
        None,
        pages.map_style,
        "MapLibre style under the incidents: an https URL, or a JSON file that the API serves; the console then loads from the "
        "origins that it names; unset: districts and towns of the build",
    )
    map_pmtiles: Path | None = setting(
        None,
        values.path,
        "PMTiles file with a street map, which the API serves; unset: districts and towns of the build",
    )
    exercise: bool = setting(
        False, values.switch, "on: the whole deployment is an exercise, every report is a drill and every page says so"
    )
    cap_sender: str = setting(
        "komek",
        values.cap_sender,
        "sender of the warnings in CAP and of the EIDOs that this deployment publishes, unique in the world: duty@112.example",
    )
    cap_cert: Path | None = setting(
        None, values.path, "certificate (PEM) with which warnings in CAP are signed; unset: they are not signed"
    )
    cap_key: Path | None = setting(None, values.path, "private key (PEM, no password) of KOMEK_CAP_CERT")
    card_table: Path | None = setting(
        None,
        values.path,
        "names and codes of 112 cards and EIDOs (TOML; `dispatch/cards/builtin.toml` is the example); unset: the built-in ones",
    )
