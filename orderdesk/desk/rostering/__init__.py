"""The roster at the desk, one module per job.

`viewing` and `printing` show it, `making` proposes and publishes weeks, `replanning` changes what
is published for a case, `touching` changes single shifts by hand, `explaining` answers why, and
`record` keeps the log of published changes and goes back and forth in it.
"""
