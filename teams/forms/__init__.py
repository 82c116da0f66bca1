"""Forms of people, by topic."""

from teams.forms.people import ProfileForm, SetupForm, time_zones

__all__ = ["ProfileForm", "SetupForm", "time_zones"]
