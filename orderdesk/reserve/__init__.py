"""The flexible reserve: its parameters, the forecast, ways out of a shortage, what-if. Pure."""
