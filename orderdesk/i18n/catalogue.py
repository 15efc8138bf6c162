"""The Dutch catalogue: what the sources say, what is translated, what is missing.

    python -m orderdesk.i18n.catalogue [--check]

Collects every message of the sources, brings `nl/LC_MESSAGES/orderdesk.po` up to date (sorted,
no dates, nothing that differs from machine to machine) and compiles it beside it. With `--check`
nothing is written: exit code 1 and the reasons when a message has no Dutch, is used no more, has
other gaps than the English, or when the compiled catalogue is not the written one.

Needs babel, a dependency of development only; the application reads the compiled catalogue with
the standard library.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

PACKAGE = Path(__file__).parent.parent
PO = PACKAGE / "i18n" / "nl" / "LC_MESSAGES" / "orderdesk.po"
KEYWORDS = {"_": None, "N_": None, "msg": None, "ngettext": (1, 2)}
REFERENCE = {"risk_card": "source", "signals": "source", "places": "memory"}
"""Reference files, and which of their lines stand on screens and papers."""

HEADER = r"""# Dutch words of orderdesk.
msgid ""
msgstr ""
"Language: nl\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""


def source_messages() -> Catalog:
    """Every message that the sources may show."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    found = Catalog()
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(PACKAGE),
        method_map=[("**.py", f"{__package__}.catalogue:in_python")],
        keywords=KEYWORDS,
    ):
        if message:
            found.add(message)
    for file, key in REFERENCE.items():
        text = (PACKAGE.parent / "data" / f"{file}.toml").read_text(encoding="utf-8")
        for line in _lines_of(tomllib.loads(text), key):
            found.add(line)
    return found


def in_python(
    file: IO[bytes], keywords: Collection[str], _tags: object, **_options: object
) -> Iterator[tuple[int, str, Any, list[str]]]:
    """Babel's extraction by syntax tree: its own reads by token and misses what is in f-strings."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            if name in keywords and texts and isinstance(texts[0], str):
                yield node.lineno, name, tuple(texts) if len(texts) > 1 else texts[0], []


def _lines_of(part: object, key: str) -> Iterator[str]:
    """What stands under `key` in a reference file, at any depth."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == key and isinstance(value, str):
                yield value
            else:
                yield from _lines_of(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from _lines_of(value, key)


def read_catalogue(path: Path = PO) -> Catalog:
    """The catalogue as it is written; an empty one where there is none."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    if not path.exists():
        return Catalog(locale="nl")
    with path.open("rb") as file:
        return read_po(file, locale="nl")


def merged(sources: Catalog, written: Catalog) -> Catalog:
    """The messages of the sources, with the Dutch that is known of them."""
    from babel.messages.catalog import Catalog

    made = Catalog(locale="nl", charset="utf-8")
    for message in sources:
        if message.id:
            known = written.get(_first(message))
            same_form = known is not None and isinstance(known.id, str) == isinstance(
                message.id, str
            )
            made.add(message.id, known.string if known is not None and same_form else None)
    return made


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the application reads it, the same bytes for the same words."""
    from datetime import UTC, datetime

    from babel.messages.mofile import write_mo

    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def faults(sources: Catalog, written: Catalog) -> Iterator[str]:
    """What is wrong with the written catalogue, a sentence each."""
    used = {_first(m) for m in sources if m.id}
    for message in sources:
        if not message.id:
            continue
        known = written.get(_first(message))
        texts = _texts(known) if known is not None else [""]
        if not all(texts):
            yield f"no Dutch: {_first(message)!r}"
            continue
        gaps = [_gaps(text) for text in _ids(message)]
        for text in texts:
            if _gaps(text) not in gaps:
                yield f"other gaps than the English: {_first(message)!r} -> {text!r}"
    for message in written:
        if message.id and _first(message) not in used:
            yield f"used no more: {_first(message)!r}"


def main(arguments: list[str]) -> int:
    """Bring the catalogue up to date, or check it."""
    from babel.messages.pofile import write_po

    sources, written = source_messages(), read_catalogue()
    if "--check" not in arguments:
        written = merged(sources, written)
        PO.parent.mkdir(parents=True, exist_ok=True)
        buffer = BytesIO()
        write_po(buffer, written, width=0, no_location=True, omit_header=True, sort_output=True)
        PO.write_bytes(HEADER.encode() + buffer.getvalue())
        written = read_catalogue()
        PO.with_suffix(".mo").write_bytes(compiled(written))
    found = list(faults(sources, written))
    mo = PO.with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != compiled(written):
        found.append(f"{mo.name} is not compiled from {PO.name}")
    for fault in found:
        print(fault)
    print(f"{len(sources)} messages, {len(found)} faults")
    return 1 if found else 0


def _ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def _first(message: Message) -> str:
    return _ids(message)[0]


def _texts(message: Message) -> list[str]:
    if isinstance(message.string, str):
        return [message.string]
    return [text or "" for text in message.string or [""]]


def _gaps(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
