"""orderdesk: the public-order desk of a Dutch municipality."""

__version__ = "0.1.0"
