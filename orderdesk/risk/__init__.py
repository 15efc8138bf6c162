"""Risk: a calibrated, explained, content-neutral score of gatherings, as advice. Pure."""
