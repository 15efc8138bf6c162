"""Pure domain code: models and rules. No database, screen, clock or file."""
