"""The stack that `komek up` starts: Kafka, Redis, workers and the API as child processes of one supervisor.

Start reading here. `stack.py` says in which order the parts start, `processes.py` what they are, `addresses.py` where they
listen. `supervisor.py` keeps parts alive and ends them; `process.py` is one running process, `die_with_parent.py` what makes it
die with its supervisor. `kafka_node.py` and `redis_server.py` say how the two servers are configured, `jars.py` where Kafka's
jars come from. `folder.py` is what lies in `KOMEK_DATA`, `keys.py` the two secrets there, `stackfile.py` the `stack.json`,
`leftovers.py` what a crash left running. `machine_checks.py` and `stack_checks.py` are what `komek doctor` looks at.

Everything listens on 127.0.0.1. Only processes that this stack started are ever ended, known by pid and time of start.
"""
