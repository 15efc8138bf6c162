"""What an installation may set about its calendars: `data/calendars.toml`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.reference import ReferenceFile, Strict

Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]


class ClientKind(Strict):
    """A calendar program and how often it reads a feed again."""

    id: str
    agents: tuple[str, ...]
    """Lower-case parts of the name under which the program asks for the feed (User-Agent)."""
    usual_minutes: Minutes | None = None
    """None where the maker promises nothing."""
    source: str


class CalendarSettings(ReferenceFile):
    """Refresh, colours, and when a change needs a telephone call."""

    refresh_minutes: Minutes
    call_within_hours: Annotated[int, Field(ge=1, le=14 * 24)]
    """A change to work that begins within this time belongs on the call list."""
    amber_after_minutes: Minutes
    """A change that nobody has acknowledged turns amber after this time."""
    escalate_after_minutes: Minutes
    """After this time, counted from the publication, it goes to the team lead."""
    certain_before_start_minutes: Annotated[int, Field(ge=0, le=24 * 60)]
    """How long before the work begins a client must have read the feed to count as told."""
    address: Annotated[str, Field(pattern=r"^https?://[^/\s]+(/[^\s]*)?$")]
    """Where the feeds can be reached; the key of a feed is added to it."""
    colours: dict[str, Annotated[str, Field(pattern="^[a-z]+$")]]
    """CSS3 colour name per kind of feed."""
    clients: tuple[ClientKind, ...]

    @model_validator(mode="after")
    def _lead_comes_after_amber(self) -> Self:
        if self.escalate_after_minutes < self.amber_after_minutes:
            raise ValueError("escalate_after_minutes must not be less than amber_after_minutes")
        return self

    def client_of(self, agent: str) -> str:
        """Id of the client kind that calls itself `agent`; "" for one we don't know."""
        asked = agent.lower()
        for kind in self.clients:
            if any(part in asked for part in kind.agents):
                return kind.id
        return ""
