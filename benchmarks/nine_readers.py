"""Do nine calendar programs read our feeds as they were meant?

    python -m benchmarks.nine_readers [--kit PATH/icalkit.sh] [--keep DIR]

Writes the feeds of 24 people over both DST nights of 2026, with cancelled and moved duties and
hostile texts, as published and after a replan, together with the truth; then has the checker read
them with every program it knows. The checker is found by --kit, by ORDERDESK_ICALKIT, or beside
the checkout. Exit code 0: all agree with the truth.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from orderdesk import reference
from orderdesk.calendars.feed import FeedKind, Labels, Leave, Publisher, write_feed, write_feeds
from orderdesk.calendars.settings import CalendarSettings
from orderdesk.domain.people import Duty, DutyStatus, Person, Task, TaskSpan
from orderdesk.domain.time import at

PUBLISHED = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
REPLANNED = datetime(2026, 3, 26, 11, 30, tzinfo=UTC)
SHIFTS = {"E": ("07:00", "15:30"), "L": ("14:30", "23:00"), "N": ("22:00", "06:00")}
TOUCHED = ("B02", "B05", "B11", "B17")
HOSTILE = (
    "Markt\nATTENDEE:mailto:x@y.example",
    "\x1b[2J\x00\x07\x7f\x9b31m",
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT",
    'semi;colon, comma \\ back \\n \\; "quote" [bold] {{x}} %s ^n',
    "\u202eevil\u2066\u200b",
    "Café " * 30,
    "👮‍♀️" * 20,
    "ساحة المركز ורחוב",
    "e" + "\u0301" * 60,
    "' OR 1=1 -- =HYPERLINK(1)",
)


def people() -> dict[str, Person]:
    """24 fictional people in two teams."""
    return {
        f"B{i:02d}": Person(
            id=f"B{i:02d}",
            name=HOSTILE[i] if i < len(HOSTILE) else f"Person {i}",
            team="Centrum" if i % 2 else "Wijken; overig, rest",
            contract_minutes=36 * 60,
        )
        for i in range(1, 25)
    }


def duties() -> list[Duty]:
    """Four weeks around each change of the clock, every shift across every hour of it."""
    made = []
    for monday in (date(2026, 3, 16), date(2026, 10, 12)):
        for number, person in enumerate(people()):
            for offset in range(28):
                if (offset + number) % 7 < 5:
                    made.append(_duty(person, monday + timedelta(days=offset), "ELN"[number % 3]))
    return made


def _duty(person: str, day: date, shift: str) -> Duty:
    begins, ends = SHIFTS[shift]
    start = at(day, begins)
    end = at(day + timedelta(days=shift == "N"), ends)
    hostile = HOSTILE[(day.toordinal() + int(person[1:])) % len(HOSTILE)]
    task = TaskSpan(
        start=start, end=end, task=Task.SUPERVISION, case_id="case-1", place=hostile[:200]
    )
    return Duty(
        id=f"{person}-{day:%Y%m%d}",
        person_id=person,
        shift=shift,
        start=start,
        end=end,
        tasks=(task,),
        place="Centrum",
        changed_at=PUBLISHED,
    )


def replanned(duties: list[Duty]) -> list[Duty]:
    """Four people get later hours or a day off in the DST night; one duty goes to a colleague."""
    later = {"sequence": 1, "changed_at": REPLANNED}
    made = []
    for duty in duties:
        if duty.person_id in TOUCHED and duty.start.date() == date(2026, 3, 28):
            if duty.person_id == "B05":
                duty = duty.replace(status=DutyStatus.CANCELLED, **later)
            elif duty.person_id == "B11":
                duty = duty.replace(person_id="B02", **later)
            else:
                duty = duty.replace(end=duty.end + timedelta(minutes=90), **later)
        made.append(duty)
    return made


def truth(duties: list[Duty], withdrawn: list[Duty]) -> list[dict[str, object]]:
    """What the readers have to find: instants and elapsed hours, from the duties alone."""
    return [
        {
            "uid": f"{duty.id}@desk.example",
            "start": duty.start.isoformat(),
            "end": duty.end.isoformat(),
            "hours": (duty.end - duty.start).total_seconds() / 3600,
            "status": "CANCELLED" if off or duty.status is DutyStatus.CANCELLED else "CONFIRMED",
        }
        for off, some in ((False, duties), (True, withdrawn))
        for duty in some
    ]


def write_files(folder: Path) -> list[list[str]]:
    """Write feeds, truths and forbidden words; the argument lists for the checker."""
    labels = Labels(shift=lambda code: f"Shift {code}", task=lambda task: task.value)
    settings = reference.load("calendars", CalendarSettings)
    publisher = Publisher("desk.example", labels, settings)
    staff, first = people(), duties()
    second = replanned(first)
    forbidden = folder / "forbidden.txt"
    forbidden.write_text("organiser of the march\nclimate\n", encoding="utf-8")
    runs: list[list[str]] = []

    def save(name: str, feed: bytes) -> str:
        (folder / name).write_bytes(feed)
        return str(folder / name)

    def run(name: str, new: bytes, facts: list[dict[str, object]], old: bytes) -> None:
        expect = folder / f"{name}.json"
        expect.write_text(json.dumps(facts), encoding="utf-8")
        runs.append(
            [save(f"{name}.ics", new), "--expect", str(expect), "--forbid", str(forbidden)]
            + (["--previous", save(f"{name}-before.ics", old)] if old else [])
        )

    old_feeds = write_feeds(
        first, staff, {"case-1": "D-2026-041"}, publisher=publisher, now=PUBLISHED
    )
    new_feeds = write_feeds(
        second,
        staff,
        {"case-1": "D-2026-041"},
        publisher=publisher,
        now=REPLANNED,
        previous=old_feeds,
    )
    for person in (*TOUCHED, "B06"):
        file = f"person/{person}.ics"
        own = [d for d in second if d.person_id == person]
        ids = {d.id for d in own}
        gone = [d for d in first if d.person_id == person and d.id not in ids]
        run(person, new_feeds[file], truth(own, gone), old_feeds[file])
    for team in sorted({p.team for p in staff.values()}):
        members = {p.id for p in staff.values() if p.team == team}
        of_team = [d for d in second if d.person_id in members]
        ids = {d.id for d in of_team}
        gone = [d for d in first if d.person_id in members and d.id not in ids]
        file = next(
            f for f, b in new_feeds.items() if f.startswith("team") and team[:7] in b.decode()
        )
        run(f"team-{len(runs)}", new_feeds[file], truth(of_team, gone), b"")
    leave = Leave(
        id="leave-1",
        person_id="B24",
        first=date(2026, 10, 24),
        last=date(2026, 10, 26),
        changed_at=PUBLISHED,
    )
    twice = _duty("B24", date(2026, 10, 24), "N").replace(
        end=at(date(2026, 10, 25), "02:30", fold=1), tasks=()
    )
    away = write_feed(
        [twice],
        staff,
        kind=FeedKind.PERSON,
        title="B24",
        publisher=publisher,
        now=PUBLISHED,
        leave=[leave],
    )
    run(
        "leave",
        away,
        [
            {"uid": "leave-1@desk.example", "start": "2026-10-24", "end": "2026-10-27"},
            *truth([twice], []),
        ],
        b"",
    )
    unchanged = sum(old_feeds[f] == new_feeds[f] for f in old_feeds if f.startswith("person/"))
    print(f"person feeds unchanged by the replan: {unchanged} of {len(staff)}")
    return runs


def main(arguments: list[str] | None = None) -> int:
    """Write, check, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    beside = Path(__file__).parents[2] / "shared" / "kit" / "icalkit" / "icalkit.sh"
    parser.add_argument("--kit", default=os.environ.get("ORDERDESK_ICALKIT", str(beside)))
    parser.add_argument("--keep", default="", help="keep the files in this folder")
    options = parser.parse_args(arguments)
    if not Path(options.kit).is_file():
        print(f"no checker at {options.kit}: name it with --kit or ORDERDESK_ICALKIT")
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        codes = []
        for run in write_files(folder):
            done = subprocess.run(
                ["bash", options.kit, *run, "--min-readers", "9"],
                capture_output=True,
                text=True,
                check=False,
            )
            print(Path(run[0]).name, done.stdout.strip().splitlines()[-1])
            if done.returncode:
                print(done.stdout, done.stderr)
            codes.append(done.returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
