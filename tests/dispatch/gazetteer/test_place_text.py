"""Coordinates, plus codes and links as people write and paste them."""

import pytest

from dispatch.gazetteer.place_text import Form, parse_place_text
from dispatch.model.places import Place

HERE = Place(lon=76.945, lat=43.238)


@pytest.mark.parametrize(
    "text",
    [
        "43.238, 76.945",
        "43.238,76.945",
        "43.238 76.945",
        "43,238 76,945",  # decimal commas
        "43,238, 76,945",
        "(43.238; 76.945)",
        "43.238N,76.945E",
        "N43.238 E76.945",
        "43.238 с.ш. 76.945 в.д.",
        "76.945 ш.б., 43.238 с.е.",  # Kazakh, longitude first
        "43° 14.28' N, 76° 56.7' E",
        "43°14'16.8\"N 76°56'42\"E",
        "43°14′16.8″ 76°56′42″",
        "https://2gis.kz/almaty/geo/9430047375128371/76.945,43.238",
        "https://2gis.kz/almaty?m=76.945%2C43.238%2F16",
        "https://www.google.com/maps/place/X/@43.2,76.8,12z/data=!3m1!4b1!8m2!3d43.238!4d76.945",  # the pin, not the map
        "https://www.google.com/maps/@43.238,76.945,15z",
        "https://maps.google.com/?q=43.238,76.945",
        "https://www.google.com/maps/search/43.238,+76.945?entry=tts",
        "https://www.google.com/maps/data=!2d76.945!3d43.238",
        "https://yandex.kz/maps/162/almaty/?ll=76.945%2C43.238&z=16",
        "https://yandex.kz/maps/?ll=1%2C2&whatshere%5Bpoint%5D=76.945%2C43.238",
        "https://yandex.kz/maps/?rtext=1%2C2~43.238%2C76.945",  # routes have latitude first, and end where help is needed
        "https://www.openstreetmap.org/#map=16/43.238/76.945",
        "https://www.openstreetmap.org/?mlat=43.238&mlon=76.945#map=3/1/2",
        "https://www.openstreetmap.org/?lat=43.238&lon=76.945",
        "https://maps.apple.com/?ll=43.238,76.945",
        "geo:43.238,76.945?z=3",
        "geo:43.238,76.945;u=35",
        "geo:0,0?q=43.238,76.945(x)",
        "Смотри: https://maps.google.com/?q=43.238,76.945, приезжай",
    ],
)
def test_latitude_and_longitude_are_told_apart(text: str) -> None:
    points = parse_place_text(text).points

    assert (round(points[0].lon, 6), round(points[0].lat, 6)) == (76.945, 43.238)


def test_plain_numbers_are_offered_in_both_orders() -> None:
    assert parse_place_text("76.945 43.238").points == (Place(lon=43.238, lat=76.945), HERE)
    assert parse_place_text("43.238 43.238").points == (Place(lon=43.238, lat=43.238),)
    # 151 is no latitude.
    assert parse_place_text("-33.8, 151.2").points == (Place(lon=151.2, lat=-33.8),)


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "дом 5",
        "500, 600",
        "43°75'00\"N 76°56'42\"E",  # no such minute
        "43.238N 76.945N",  # two latitudes
        "43.238N 76.945",  # one side only
        "C++",
        "1+1",
        "6WQW+6X",  # short, and nothing near
        "8FXG00+",
        "Талгар",
        "",
    ],
)
def test_other_texts_are_names(text: str) -> None:
    assert parse_place_text(text).form is Form.NAME


@pytest.mark.parametrize(
    ("code", "lon", "lat"),
    # From the test data of Open Location Code.
    [
        ("7FG49Q00+", 20.375 - 18, 20.375),
        ("7FG49QCJ+2V", 2.7821875, 20.3700625),
        ("8FVC2222+22", 8.0000625, 47.0000625),
    ],
)
def test_full_plus_codes(code: str, lon: float, lat: float) -> None:
    (point,) = parse_place_text(code).points

    assert (point.lon, point.lat) == pytest.approx((lon, lat), abs=0.5 if code.endswith("00+") else 1e-6)


def test_a_short_plus_code_means_the_nearest_area() -> None:
    whole = parse_place_text("6WQW+6X", HERE).points[0]

    assert abs(whole.lat - HERE.lat) < 0.01
    assert abs(whole.lon - HERE.lon) < 0.01
    assert parse_place_text("6WQW+6X Алматы").rest == "6WQW+6X Алматы"
    # Across the edge of the square of four digits.
    assert abs(parse_place_text("2222+22", Place(lon=76.999, lat=43.999)).points[0].lat - 44) < 0.01
    assert parse_place_text("2222+22", Place(lon=0, lat=89.99)).points[0].lat <= 90


@pytest.mark.parametrize("link", ["maps.app.goo.gl/abcDEF", "yandex.kz/maps/-/CDabc", "go.2gis.com/abc"])
def test_a_short_link_is_said_to_be_one(link: str) -> None:
    assert parse_place_text("https://" + link).form is Form.SHORT_LINK


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/43.2,76.9",  # the order of an unknown service is unknown
        "https://www.google.com/maps",
        "https://2gis.kz/almaty",
        "https://yandex.kz/maps/",
        "https://www.openstreetmap.org/about",
        "https://maps.apple.com/",
        "https://maps.google.com/?q=943.2,76.9",
        "geo:x",
        "https://[bad",
    ],
)
def test_a_link_without_a_point_has_none(link: str) -> None:
    found = parse_place_text(link)

    assert (found.form, found.points) == (Form.LINK, ())


@pytest.mark.parametrize("piece", ["1", "1 ", "1'", "1.", "°", "N", "+", "2+", "1°1'1\"", "https://google.com/!3d1"])
def test_long_texts_are_cut(piece: str) -> None:
    # A pattern that tried every split of these would not end within the time limit of the test.
    assert parse_place_text(piece * 20_000).points == ()


@pytest.mark.parametrize(
    ("text", "settlement"),
    [
        ("улица Абая 10", ""),
        ("ул. Абая, 10", ""),
        ("ул Абая д. 10 кв 5", ""),
        ("Абая улица 10", ""),
        ("на проспекте Назарбаева", ""),
        ("Абай көшесі 10", ""),
        ("Абай Құнанбаев көшесі, 10-үй", ""),
        ("Назарбаев даңғылы", ""),
        ("10 Abay Street", ""),
        ("Талгар, улица Абая 10", "талгар"),
        ("город Талгар, ул. Абая, дом 10", "талгар"),
        ("улица Абая 10, Талгар", "талгар"),
        ("Талгар ул Абая 10", "талгар"),
        ("ул Абая 10 Талгар", "талгар"),
        ("Талғар қаласы, Абай көшесі, 10", "талгар"),
        ("Abay street 10, Talgar", "талгар"),
    ],
)
def test_a_street_is_told_from_a_settlement(text: str, settlement: str) -> None:
    found = parse_place_text(text)

    assert (found.form, found.rest, found.points) == (Form.STREET, settlement, ())


@pytest.mark.parametrize(
    "text", ["Абай", "Абая", "улица", "Проспект", "Кызылту, Уалихановский район", "село Абай", "Разъезд 10"]
)
def test_a_name_is_no_street(text: str) -> None:
    assert parse_place_text(text).form is Form.NAME
