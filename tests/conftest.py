pytest_plugins = [
    "tests.support.failures",
    "tests.support.order",
    "tests.support.soak",
    "tests.support.stack",
    "tests.support.shared_stack",
    "tests.support.town",
    "tests.support.desk",
    "tests.support.backups",
    "tests.support.chromium",
    "tests.support.assistant_switches",
    "tests.support.secure_stack",
]
