pytest_plugins = ["tests.stack", "tests.desk"]
