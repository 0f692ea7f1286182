"""What a decision has to read beyond its own incident: loaded for a batch of commands by the worker, for one report by the API.

Start with `batch_context.py`. `report_preview.py` shows what a decision on a report would ask for, without deciding anything.
May import: `dispatch`.
Imported by: the API, `worker`.
"""
