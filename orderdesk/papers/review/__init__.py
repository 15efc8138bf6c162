"""The weekly risk review for the driehoek: eight sections from one set of data.

The sections follow the duties of Politiewet 2012 art. 11-13 (domain facts, section 4). The review
advises: classes are shown with their reasons, and with any override by name and motive.
"""

from orderdesk.papers.review.document import weekly_review
from orderdesk.papers.review.words import Edition

__all__ = ["Edition", "weekly_review"]
