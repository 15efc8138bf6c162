"""PDF, Markdown and HTML: the same words in each, and nothing a user typed becomes markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orderdesk.papers.markdown import to_markdown
from orderdesk.papers.model import (
    Box,
    Column,
    Document,
    Fact,
    Facts,
    Items,
    Lines,
    Look,
    Paragraph,
    Run,
    Section,
    Table,
    Tile,
    Tiles,
    Tone,
    runs_of,
    sources_of,
)
from orderdesk.papers.pdf import to_pdf
from orderdesk.papers.plain import to_text
from orderdesk.papers.review import weekly_review

from .world import DAY_ONE, RULES, w24

HOSTILE = [
    "\x1b[2J\x1b]0;x\x07\x9b31m\x00\x7f",
    "[bold] [/] [@click=app.quit] [a=1 b=2] {{x}} #set page(width: 1cm) $x$ $(x) %s ' OR 1=1 --",
    '#read("/etc/passwd") #import "x" \\n *a* _b_ `c` ~~d~~ <e> @f // g /* h */',
    "<script>alert(1)</script> &lt; \"' <img src=x onerror=y>",
    "![x](http://example.org/a) [y](javascript:z) https://example.org www.example.org a@b.example",
    "| a | b |\n|---|---|\n- item\n1. one\n# head\n> quote\n    code\n```\nfence",
    "\u202eevil\u2066 \u200b e" + "\u0301" * 300,
    "👮‍♀️ 漢字 محمد שלום ẞ ＼",
    "w" * 3_000,
    "=HYPERLINK(1)\n+1\n-1\n---\n===\n:smile: [^1]: x",
]
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80) | st.sampled_from(
    HOSTILE
)


def document(text: str, trace: tuple[str, ...] = ("case:1",)) -> Document:
    run = Run(text=text, trace=trace, strong=True)
    badge = Run(text=text, badge=True, tone=Tone.AMBER)
    return Document(
        language="en",
        sender=text,
        title=text or "t",
        subtitle=text,
        reference=text,
        banner=text,
        closing=text,
        dated=DAY_ONE,
        facts=(Fact(label=text, value=(run,)),),
        sources_title="Records",
        sections=(
            Section(
                title=text,
                number=1,
                flags=(badge,),
                keep=True,
                blocks=(
                    Paragraph(runs=(run, badge)),
                    Items(items=((run,),), numbered=True),
                    Items(items=((run, badge),)),
                    Facts(facts=(Fact(label=text, value=(run,)),)),
                    Tiles(tiles=(Tile(label=text, value=run, note=text),)),
                    Table(
                        columns=(Column(title=text, weight=1), Column(title="n", numeric=True)),
                        rows=(((run,), (run,)), ((run,), (run,))),
                        total=True,
                    ),
                    Table(columns=(Column(title=text),), rows=(), empty=text),
                    Box(tone=Tone.RED, title=text, text=text, trace=trace),
                    Lines(first=3, count=2),
                ),
            ),
        ),
    )


_READER = MarkdownIt("gfm-like", {"linkify": False})


@given(TEXT)
def test_no_text_becomes_markdown(text: str) -> None:
    shown = Run(text=text or "t").text or "t"
    paper = Document(
        language="en",
        sender="s",
        title="t",
        dated=DAY_ONE,
        sections=(Section(blocks=(Paragraph(runs=(Run(text=shown),)),)),),
    )
    tokens = _READER.parse(to_markdown(paper))
    kinds = [token.type for token in tokens]
    plain = [t.type for t in _READER.parse(to_markdown(paper.model_copy(update={
        "sections": (Section(blocks=(Paragraph(runs=(Run(text="plain"),)),)),)
    })))]  # fmt: skip
    assert kinds == plain
    inline = [t for t in tokens if t.type == "inline"][-1].children or []
    assert {child.type for child in inline} <= {"text", "text_special", "hardbreak", "softbreak"}
    read = "".join("\n" if "break" in c.type else c.content for c in inline)
    assert read.split() == shown.split()


def test_markdown_keeps_tables_whole() -> None:
    markdown = to_markdown(document("a | b\nc"))
    rows = [line for line in markdown.split("\n") if line.startswith("|")]
    assert len(rows) == 4
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 3 for row in rows)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("look", Look)
def test_hostile_text_is_set_and_not_obeyed(text: str, look: Look) -> None:
    paper = document(text, trace=(text,)).replace(look=look)
    pdf = to_pdf(paper)
    assert pdf.content.startswith(b"%PDF-")
    assert 1 <= pdf.pages < 40
    assert pdf == to_pdf(paper)


@settings(max_examples=15)
@given(TEXT)
def test_any_text_can_be_set(text: str) -> None:
    assert to_pdf(document(text)).pages >= 1


def test_the_pdf_is_tagged_for_readers_that_cannot_see_and_says_so() -> None:
    content = to_pdf(weekly_review(w24(), RULES, "nl")).content
    assert b"pdfuaid:part" in content
    assert b"<rdf:li>nl</rdf:li>" in content or b"nl" in content


def test_the_fingerprint_is_printed_and_changes_the_page() -> None:
    paper = weekly_review(w24(), RULES, "en")
    digest = "0123456789abcdef" * 4
    assert to_pdf(paper, digest).content != to_pdf(paper).content
    assert digest in to_markdown(paper, digest)


def test_markdown_marks_every_source_once() -> None:
    paper = weekly_review(w24(), RULES, "en")
    numbers = sources_of(paper)
    traced = [run for run in runs_of(paper) if run.trace]
    markdown = to_markdown(paper)
    assert len(re.findall(r"\[\^\d+\](?!:)", markdown)) == len(traced)
    assert len(re.findall(r"^\[\^\d+\]:", markdown, re.MULTILINE)) == len(numbers)


def test_without_a_heading_for_sources_no_mark_is_printed() -> None:
    paper = weekly_review(w24(), RULES, "en").replace(sources_title="")
    assert "[^" not in to_markdown(paper)


@pytest.mark.parametrize("width", [70, 78, 148])
def test_on_a_narrow_screen_neither_a_case_nor_its_hours_are_broken(width: int) -> None:
    paper = weekly_review(w24(), RULES, "nl")
    shown = to_text(paper, width)
    back = shown.partition("\n2. ")[0]
    for case in ("D-2026-036", "D-2026-037", "D-2026-038", "U-2026-007", "E-2026-112"):
        assert case in back
    assert back.count("14:00-16:00,") == 5
    assert max(map(len, shown.splitlines())) <= width
