"""The usual places of the city: what they hold, what lies near, what was learned there."""

from __future__ import annotations

import math
import re
import unicodedata
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Annotated

from pydantic import Field, model_validator

from orderdesk.reference import ReferenceFile, Strict

_EARTH_RADIUS_M = 6_371_000
_LIKENESS = 0.86
_MOST_SOUGHT = 20_000
_CITY_WORDS = frozenset({"maastricht", "te", "in", "op", "de", "het", "aan", "bij", "the", "at"})


_FURTHER = re.compile(r"[(\[,;/|→>\n]|\s[-–]\s|\b(?:ecke|höhe|vor|hoek|t\.o\.|ter hoogte)\b")
_HOUSE_NUMBER = re.compile(r"\s+(?:nr\.?\s*)?\d+\s*[a-z]?(?:\s*[-–]\s*\d+\s*[a-z]?)?$")


@lru_cache(maxsize=20_000)
def place_key(text: str) -> str:
    """The square or street that `text` names first, to compare places that have no id.

    "Gutenbergplatz (Denkmalseite)" and "Gutenbergplatz / Theater" are one: "gutenbergplatz".
    """
    said = " ".join(text.casefold().split())
    first = _FURTHER.split(said, maxsplit=1)[0].strip(" .:-–") or said
    first = re.sub(r"str(?:asse|\.)?(?=\s|$)", "straße", first)
    return _HOUSE_NUMBER.sub("", first)[:200]


class Place(Strict):
    """A square, street, bridge or hall that gatherings use."""

    id: str
    name: str
    district: str
    lat: Annotated[float, Field(ge=50, le=54)]
    lon: Annotated[float, Field(ge=3, le=8)]
    capacity: Annotated[int, Field(ge=0, le=200_000)]
    """People it holds safely; 0 where nobody should gather."""
    exits: Annotated[int, Field(ge=0, le=50)]
    """Ways out on foot."""
    spot: str
    """Type of spot, as the risk card names it: square, street, station, motorway, ..."""
    open_square: bool
    """Whether passers-by and gathering mix there."""
    shopping: bool
    """Whether shops around are open on Sundays."""
    square_days: Annotated[int, Field(ge=0, le=366)]
    """Event days a year that the square may bear; 0 for no such limit."""
    aliases: tuple[str, ...] = ()
    memory: str = ""
    """What was learned there, with its source. About the place, never about people."""


class DistrictPosition(Strict):
    """Where a district stands in the schematic: row 0 is the north, column 0 the west."""

    name: str
    row: Annotated[int, Field(ge=0, le=9)]
    column: Annotated[int, Field(ge=0, le=9)]


class DistrictGrid(ReferenceFile):
    """`data/district_map.toml`: a schematic of the city, not to scale."""

    districts: tuple[DistrictPosition, ...]

    @model_validator(mode="after")
    def _apart(self) -> DistrictGrid:
        if len({(d.row, d.column) for d in self.districts}) != len(self.districts):
            raise ValueError("two districts stand at the same place")
        return self


class Places(ReferenceFile):
    """`data/places.toml`."""

    sight_and_sound_m: Annotated[float, Field(gt=0, le=5_000)]
    """Metres within which a gathering is still seen and heard."""
    districts: tuple[str, ...]
    places: tuple[Place, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Places:
        ids = [place.id for place in self.places]
        if len(set(ids)) != len(ids):
            raise ValueError("two places have the same id")
        strange = {place.district for place in self.places} - set(self.districts)
        if strange:
            raise ValueError(f"unknown district: {', '.join(sorted(strange))}")
        return self

    @cached_property
    def _by_id(self) -> dict[str, Place]:
        return {place.id: place for place in self.places}

    @cached_property
    def _by_words(self) -> dict[str, Place]:
        return {
            _plain(name): place
            for place in self.places
            for name in (place.name, place.id.replace("_", " "), *place.aliases)
        }

    @cached_property
    def _sought(self) -> dict[str, Place | None]:
        """What was sought already: a likeness to every name takes time."""
        return {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that may be written of a place or district."""
        return (*(place.name for place in self.places), *self.districts)

    def get(self, id: str) -> Place | None:
        """The place with this id."""
        return self._by_id.get(id)

    def find(self, text: str) -> Place | None:
        """The place that `text` names, small slips of the pen allowed; None when unsure."""
        if text not in self._sought:
            if len(self._sought) > _MOST_SOUGHT:
                self._sought.clear()
            self._sought[text] = self._find(_plain(text))
        return self._sought[text]

    def _find(self, plain: str) -> Place | None:
        if not plain:
            return None
        exact = self._by_words.get(plain)
        if exact:
            return exact
        # "Vrijthof, bij de fontein": the place stands as whole words inside the text.
        inside = [name for name in self._by_words if f" {name} " in f" {plain} "]
        if inside:
            return self._by_words[max(inside, key=len)]
        near = get_close_matches(plain, self._by_words, n=1, cutoff=_LIKENESS)
        return self._by_words[near[0]] if near else None

    def distance(self, one: Place, other: Place) -> float:
        """Metres between two places as the crow flies."""
        mean = math.radians((one.lat + other.lat) / 2)
        north = math.radians(other.lat - one.lat)
        east = math.radians(other.lon - one.lon) * math.cos(mean)
        return _EARTH_RADIUS_M * math.hypot(north, east)

    def near(self, place: Place) -> tuple[Place, ...]:
        """Other places within sight and sound, the nearest first."""
        found = [
            (self.distance(place, other), other)
            for other in self.places
            if other.id != place.id and self.distance(place, other) <= self.sight_and_sound_m
        ]
        return tuple(other for _, other in sorted(found, key=lambda pair: pair[0]))

    def neighbours(self, one_id: str, other_id: str) -> bool:
        """Whether two places are the same or lie within sight and sound of one another."""
        one, other = self.get(one_id), self.get(other_id)
        return (
            one is not None
            and other is not None
            and self.distance(one, other) <= self.sight_and_sound_m
        )


def _plain(text: str) -> str:
    """Lower case, no accents or signs, without the city's name and small words."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join(word for word in words if word not in _CITY_WORDS)
