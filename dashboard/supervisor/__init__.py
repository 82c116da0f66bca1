"""Starts the parts of Switchboard on one machine, keeps them running and stops them together."""
