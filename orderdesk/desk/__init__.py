"""Use cases, one module per job: a unit of work each, which checks the role and keeps a trail."""
