pytest_plugins = [
    "tests.failures",
    "tests.order",
    "tests.soak",
    "tests.stack",
    "tests.shared_stack",
    "tests.town",
    "tests.desk",
]
