"""The edge to people: HTTP.

Start reading here. `schemas.py` is the whole contract of bodies; `app.py` joins the parts; a route (`routes/`) checks who asks
(`auth.py`), reads a body (`strict_route.py`, strict JSON by `strict_json.py`), turns it into a command of the core
(`commands.py`) and answers when the log has it. What is shown stands in `incidents.py`, what goes wrong in `problems.py`, the
live stream in `event_stream.py`. No rule of dispatching lives here.
"""
