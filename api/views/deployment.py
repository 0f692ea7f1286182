"""The deployment, as everybody sees it."""

from api.views.values import View
from dispatch.matching.eligibility import FIX_AGE_LIMIT_S
from dispatch.plans.defaults import Defaults
from streams.map_source import MapSource
from streams.notices import configured
from streams.settings import Settings

LANGUAGES = ("kk", "ru", "en")
STYLE_PATH, PMTILES_PATH = "/map/style.json", "/map/tiles.pmtiles"
ATTRIBUTION = "geokz (CC BY 4.0), OCHA COD-AB (CC BY-IGO), GeoNames (CC BY 4.0)"
RESCUE_PHONE = "112"
"""The single emergency number of Kazakhstan."""
UNNAMED = "Komek"


def deployment(settings: Settings, source: MapSource, defaults: Defaults, *, build: str, vapid_key: str | None) -> View:
    """`schemas.deployment.DeploymentShown`."""
    centre = settings.centre
    return {
        "build": build,
        "name": names_of(settings),
        "languages": LANGUAGES,
        "time_zone": settings.time_zone,
        "centre": None if centre is None else {"lon": centre.lon, "lat": centre.lat, "zoom": centre.zoom},
        "map": {
            "style": STYLE_PATH if source.style is not None else source.style_url,
            "pmtiles": None if source.pmtiles is None else PMTILES_PATH,
            "attribution": ATTRIBUTION,
        },
        "thresholds": {
            "fix_stale_s": round(FIX_AGE_LIMIT_S),
            "offer_window_s": defaults.window_s,
            "digital_window_s": defaults.digital_window_s,
        },
        "vapid_public_key": vapid_key,
        "channels": configured.kinds(settings),
        "exercise": settings.exercise,
        "rescue_phone": RESCUE_PHONE,
        "operators_phone": settings.operators_phone,
    }


def names_of(settings: Settings) -> dict[str, str]:
    """The name of the deployment by language."""
    given = {"kk": settings.name_kk, "ru": settings.name_ru, "en": settings.name_en}
    # A reader of a language without a name knows the place by another one rather than by none.
    otherwise = given["ru"] or given["kk"] or given["en"] or UNNAMED
    return {language: given[language] or otherwise for language in LANGUAGES}
