"""The nine places of the desk. A screen asks `desk/` and draws; it holds no rules."""
