"""Run every importer over a folder of real files and print recall and errors by format.

make corpus CORPUS=folder

Recall of words is measured against an independent reading of the same source: for feeds,
feedparser's entries with the text of their HTML by lxml; for pages, trafilatura (if installed), or
an `expected.html` beside the page; for Markdown, the source without front matter. Dates are
compared with feedparser's and dateutil's. At last each article becomes a mail, and thirty together
a digest; what the preflight would stop is counted, and the words of each mail's HTML that its text
part has. Nothing is kept or fetched.
"""

import argparse
import gzip
import io
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
from corpus_mails import MailCorpus, mail_corpus
from corpus_words import share_kept, shown, spread, words_of
from dateutil import parser as dateutil_parser

from newsletter.articles.body.sanitising import sanitise, text_of
from newsletter.articles.importers.base import BadRecord, ImportContext, Record, Unreadable
from newsletter.articles.importers.format_detection import FORMATS, detect_importer

CONTEXT = ImportContext(zone=ZoneInfo("Europe/London"), base_url="https://site.example")
EXPECTED = "expected.html"
SAME = timedelta(minutes=1)
# Files; a large corpus takes an hour.
EVERY = 100


@dataclass
class Tally:
    """Results of one format."""

    files: int = 0
    records: int = 0
    stored: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    raised: Counter[str] = field(default_factory=Counter)
    recall: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    dates: list[bool] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    worst: list[tuple[float, str]] = field(default_factory=list)
    other_dates: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=3, help="how many of the worst to name")
    parser.add_argument("--no-mails", action="store_true", help="make no mails of the articles")
    arguments = parser.parse_args()
    tallies: dict[str, Tally] = defaultdict(Tally)
    with mail_corpus(CONTEXT) as mails:
        paths = [path for path in sorted(arguments.folder.rglob("*")) if is_input(path)]
        for number, path in enumerate(paths, start=1):
            name = str(path.relative_to(arguments.folder))
            measure(path, name, tallies, None if arguments.no_mails else mails)
            if number % EVERY == 0:
                print_progress(number, len(paths), tallies)
        for form, tally in sorted(tallies.items()):
            print_tally(form, tally, arguments.worst)
        for kind, found in sorted(mails.tallies().items()):
            sys.stdout.write("\n".join(found.lines(kind)) + "\n")


def is_input(path: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in path.parts)
    # Beside their inputs: `expected.html`, `expected-metadata.json`.
    return path.is_file() and not path.name.startswith("expected") and not is_hidden


def print_progress(done: int, files: int, tallies: dict[str, Tally]) -> None:
    """One line of what was read so far; the tables come at the end."""
    records = sum(tally.records for tally in tallies.values())
    refused = sum(tally.refused.total() for tally in tallies.values())
    raised = sum(tally.raised.total() for tally in tallies.values())
    counts = f"{records:,} records, {refused:,} refused, {raised} raised"
    sys.stdout.write(f"{done:,} of {files:,} files: {counts}\n")
    sys.stdout.flush()


def measure(path: Path, name: str, tallies: dict[str, Tally], mails: MailCorpus | None) -> None:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content, name = gzip.decompress(content), name.removesuffix(".gz")
    try:
        importer = detect_importer(content, name, CONTEXT)
    except Unreadable as error:
        tallies["(no format)"].files += 1
        tallies["(no format)"].refused[error.what] += 1
        return
    form = next(form for form, one in FORMATS.items() if one is importer)
    tally = tallies[form]
    tally.files += 1
    begun = time.process_time()
    try:
        items = list(importer(content, name, CONTEXT))
        bodies = [sanitise(i.body_html, i.base_url) if isinstance(i, Record) else "" for i in items]
    except Exception as error:  # noqa: BLE001  # what must never happen is counted
        tally.raised[f"{type(error).__name__}: {error}"[:100]] += 1
        return
    spent = (time.process_time() - begun) * 1000 / max(1, len(items))
    texts = [text_of(body) for body in bodies]
    for item, text in zip(items, texts, strict=True):
        tally.records += 1
        tally.milliseconds.append(spent)
        if isinstance(item, BadRecord):
            tally.refused[re.sub(r"'.*?'|\d+", "…", item.what)[:90]] += 1
        elif text or "<img" in item.body_html:
            tally.stored += 1
        else:
            tally.refused["nothing left"] += 1
    compare(form, path, content, items, texts, tally)
    if mails:
        mails.store(items, name)


def compare(
    form: str, path: Path, content: bytes, items: list[Any], texts: list[str], tally: Tally
) -> None:
    records = [(i, t) for i, t in zip(items, texts, strict=True) if isinstance(i, Record)]
    if form in {"feed", "wordpress"}:
        compare_feed(content, records, tally)
    elif form == "html" and len(records) == 1:
        expected = path.with_name(EXPECTED)
        wanted = (
            shown(expected.read_text("utf-8")) if expected.exists() else by_trafilatura(content)
        )
        if wanted:
            note(tally, wanted, records[0][1], str(path))
    elif form == "markdown" and len(records) == 1:
        source = re.sub(
            r"\A(---|\+\+\+)\n.*?\n\1\n", "", content.decode("utf-8", "replace"), flags=re.DOTALL
        )
        source = re.sub(r"(?m)^ {0,3}\[[^\]\n]+\]: .*$|(?<=\])\[[^\]\n]*\]", "", source)
        source = re.sub(r"\]\([^)]*\)|\{[%{].*?[%}]\}|https?://\S+", " ", source)
        note(tally, shown(source), f"{records[0][0].title} {records[0][1]}", str(path))


def by_trafilatura(content: bytes) -> str:
    try:
        import trafilatura
    except ImportError:
        return ""
    return str(
        trafilatura.extract(content.decode("utf-8", "replace"), include_comments=False) or ""
    )


def compare_feed(content: bytes, records: list[tuple[Record, str]], tally: Tally) -> None:
    feed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    by_title: dict[str, list[Any]] = defaultdict(list)
    for entry in feed.entries:
        by_title[" ".join(shown(str(entry.get("title") or "")).split())].append(entry)
    for record, text in records:
        entry = next(iter(by_title.get(record.title, ())), None)
        if entry is None or len(by_title[record.title]) > 1:
            continue
        parts = [part.get("value") or "" for part in entry.get("content", ())]
        value = max([*parts, entry.get("summary") or ""], key=lambda part: len(shown(part)))
        if len(shown(value)) > 20:
            note(tally, shown(value), text, record.where)
        for moment in moments(entry):
            is_same = record.published_at is not None and abs(record.published_at - moment) < SAME
            tally.dates.append(is_same)
            if not is_same:
                tally.other_dates.append(
                    f"{entry.get('published') or entry.get('updated')!r}: {record.published_at}"
                )


def moments(entry: Any) -> Iterator[datetime]:
    """Publication times by other parsers."""
    written = str(entry.get("published") or entry.get("updated") or "")
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    if parsed and re.search(r":\d\d", written):
        yield datetime(*parsed[:6], tzinfo=UTC)
    elif re.search(r":\d\d", written):
        try:
            found = dateutil_parser.parse(written)
        except (ValueError, OverflowError):
            return
        yield found if found.tzinfo else found.replace(tzinfo=CONTEXT.zone)


def note(tally: Tally, wanted: str, got: str, where: str) -> None:
    expected, found = words_of(wanted), words_of(got)
    recall = share_kept(expected, found)
    tally.recall.append(recall)
    tally.precision.append(share_kept(found, expected))
    tally.worst.append((recall, where))


def print_tally(form: str, tally: Tally, worst: int) -> None:
    lines = [f"{form}: {tally.files} files, {tally.records} records, {tally.stored} stored"]
    lines += [f"  raised {number} × {what}" for what, number in tally.raised.most_common()]
    lines += [f"  refused {number} × {what}" for what, number in tally.refused.most_common(12)]
    for name, values in (("words kept", tally.recall), ("precision", tally.precision)):
        if values:
            lines.append(f"  {name}: {spread(values)}")
    if tally.dates:
        lines.append(f"  dates equal: {sum(tally.dates)} of {len(tally.dates)}")
        lines += [f"    other: {one}" for one in tally.other_dates[:worst]]
    if tally.milliseconds:
        middle = statistics.median(tally.milliseconds)
        lines.append(f"  ms a record: median {middle:.1f}, most {max(tally.milliseconds):.0f}")
    lines += [f"    {share:.2f} {where}" for share, where in sorted(tally.worst)[:worst]]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
