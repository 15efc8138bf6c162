"""orderdesk: the public-order desk of a Dutch municipality."""

import os

# Textual paints on the ticks of a clock, 60 a second, and an answer to a key takes two to three of
# them. Finer ticks cost nothing while nothing changes. Read when textual is imported, so set here.
os.environ.setdefault("TEXTUAL_FPS", "240")

__version__ = "0.2.0"
