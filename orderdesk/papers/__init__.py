"""Papers: the weekly review and its addendum, letters, the operation script, the paper pack.

Builders make a `model.Document`; `pdf`, `markdown` and `plain` set it. A document is its own JSON.
"""
