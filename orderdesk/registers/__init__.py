"""Reads registers as authorities keep them. Knows no database: the use case stores the result."""
