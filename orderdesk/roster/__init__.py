"""Rosters: the problem, what binds and what is priced, the solvers, replanning, burden. Pure."""
