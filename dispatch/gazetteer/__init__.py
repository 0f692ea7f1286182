"""Places by name and names by place: regions, districts, settlements in three languages, and points that people paste.

Start with `gazetteer.py` (the search), then `place_text.py` (coordinates and links). The data lie in `data/`, each file with its
source and licence in `data/LICENSE-DATA.md`; `.ci/place_data.py` makes them.
May import: `model`.
Imported by: `assistant`, the API.
"""
