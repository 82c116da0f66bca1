"""Sets up a checkout: Python packages, front-end files, data folder. Standard library only."""
