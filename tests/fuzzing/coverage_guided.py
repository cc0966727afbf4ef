"""Coverage-guided fuzzing of everything that reads bytes from outside, by Atheris.

python tests/fuzzing/coverage_guided.py TARGET [libFuzzer's options]
python tests/fuzzing/coverage_guided.py --targets

A target fails by any exception other than a refusal, and by an input that takes longer than
libFuzzer's -timeout. Seeds are the files that the tests of that part read.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import atheris

with atheris.instrument_imports(include=["newsletter", "subscribers"]):
    from newsletter.articles.body.sanitising import sanitise, text_of
    from newsletter.articles.importers.base import ImportContext, Record, Unreadable
    from newsletter.articles.importers.format_detection import FORMATS
    from newsletter.articles.importers.validation import validated
    from newsletter.articles.importers.values.dates import find_reading
    from newsletter.errors import InvalidInput
    from newsletter.feedback.reading.reader import read as read_report
    from subscribers.importing.analysis import AdministratorAnswers
    from subscribers.importing.list_reading import ListRequest, SiteNames, examine, open_table
    from subscribers.segments.parsing import parse

DATA = Path(__file__).parents[1] / "data"
BASE = "https://wexcombe.example"
CONTEXT = ImportContext(zone=ZoneInfo("Europe/London"), base_url=BASE)
NAMES = SiteNames(
    topics=frozenset({"housing"}),
    digests=frozenset({"friday"}),
    languages=frozenset({"en"}),
    as_topic=str.lower,
)
Target = Callable[[bytes], object]


def import_articles(form: str, content: bytes) -> None:
    for item in map(validated, FORMATS[form](content, f"a.{form}", CONTEXT)):
        str(item).encode("utf-8")
        if isinstance(item, Record):
            text_of(sanitise(item.body_html, BASE)).encode("utf-8")


def import_list(content: bytes) -> None:
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        path = Path(folder) / "people.csv"
        path.write_bytes(content)
        request = ListRequest(path=path, file=path.name, answers=AdministratorAnswers())
        try:
            found = examine(request, open_table(request), "a secret", NAMES, date(2026, 5, 1))
            for _ in found.batches():
                pass
        except InvalidInput as refused:
            str(refused).encode("utf-8")


def read_date(content: bytes) -> None:
    with suppress(Unreadable):
        find_reading(content.decode("utf-8", "replace"), CONTEXT.zone)


def sanitise_html(content: bytes) -> None:
    clean = sanitise(content.decode("utf-8", "replace"), BASE)
    if sanitise(clean, BASE) != clean:
        raise AssertionError("sanitising again changes it")


def parse_segment(content: bytes) -> None:
    with suppress(InvalidInput):
        parse(content.decode("utf-8", "replace"))


TARGETS: dict[str, Target] = {
    **{f"articles-{form}": partial(import_articles, form) for form in FORMATS},
    "list": import_list,
    "date": read_date,
    "html": sanitise_html,
    "segment": parse_segment,
    "report": read_report,
}
SEEDS = {
    **{f"articles-{form}": DATA / "articles" / form for form in FORMATS},
    "list": DATA / "lists",
    "html": DATA / "articles" / "html",
    "report": DATA / "articles" / "mail",
}


def main() -> None:
    if "--targets" in sys.argv:
        print("\n".join(TARGETS))
        return
    name = sys.argv.pop(1)
    seeds = [str(SEEDS[name])] if name in SEEDS else []
    # libFuzzer writes its finds into the first folder, and only reads the others.
    found = Path(".hypothesis") / "guided" / name
    found.mkdir(parents=True, exist_ok=True)
    arguments = [*sys.argv, f"-artifact_prefix={found}/crash-", str(found), *seeds]
    atheris.Setup(arguments, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
