"""The edge to people: HTTP.

Start reading here. `schemas.py` is the whole contract of bodies; `app.py` joins the parts; a route (`routes/`) checks who asks
(`auth.py`), reads a body (`bodies.py`, strict JSON by `strict_json.py`), turns it into a command of the core (`orders.py`) and
answers when the log has it. What is shown stands in `views.py`, what goes wrong in `errors.py`, the live stream in `live.py`.
No rule of dispatching lives here.
"""
