VERSION = "0.1.0"  # the project's version; a test compares it with pyproject.toml
