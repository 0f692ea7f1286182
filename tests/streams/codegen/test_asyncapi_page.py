"""The page of the AsyncAPI document: whole, with links that lead somewhere, and nothing from a network."""

import re

from streams.codegen import asyncapi
from streams.codegen.asyncapi_page import page
from streams.topics import TOPICS
from streams.webhooks.cloud_events import PREFIX, TYPES

PAGE = asyncapi.files()["asyncapi.html"]
IDS = set(re.findall(r' id="([^"]+)"', PAGE))


def test_each_topic_record_and_webhook_is_on_it() -> None:
    assert {topic.name for topic in TOPICS} <= IDS
    assert asyncapi.schemas().keys() <= IDS
    assert all(f"<code>{PREFIX}{kind}</code>" in PAGE for kind in TYPES)


def test_every_link_leads_to_a_part_of_it() -> None:
    links = re.findall(r'href="([^"]+)"', PAGE)

    assert {link for link in links if not link.startswith("#")} == {"asyncapi.json"}
    assert {link[1:] for link in links if link.startswith("#")} <= IDS


def test_it_loads_nothing_and_runs_nothing() -> None:
    assert not re.search(r"<script|<link|<img|src=|url\(|https?://", PAGE)


def test_what_a_docstring_says_is_text() -> None:
    schema = {"description": "<b>bold</b> & more", "properties": {"<x>": {"type": "string"}}, "required": ["<x>"]}

    made = page({"info": {"title": "T"}, "channels": {}, "components": {"schemas": {"A": schema}}})

    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in made
    assert "<code>&lt;x&gt;</code>" in made
