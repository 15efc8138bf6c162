"""Duties out as calendar feeds, other people's calendars in as busy time."""
