"""Scripts for maintainers, and the set-up of a checkout."""
