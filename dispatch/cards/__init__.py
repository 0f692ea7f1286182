"""Cards of other control rooms: the 112 card and the Emergency Incident Data Object (NENA-STA-021.1), in both directions.

Start with `received_card.py` (the model), then `card_table.py` (which names and codes a deployment's neighbours use) and
`card_steps.py` (what follows from a card). `eido_writing.py` writes an incident of ours as an EIDO.
May import: `model`, `cap`, `assistant`.
Imported by: `streams.cards`, `streams.cli`, the API.
"""
