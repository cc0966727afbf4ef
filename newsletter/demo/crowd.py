"""Two thousand invented people, so that lists, counts and outcomes have something to show."""

from collections.abc import Iterator
from itertools import product

from newsletter.actions import imports
from newsletter.actions.context import Context
from newsletter.staff.actors import Actor
from subscribers import store
from subscribers.importing.list_importer import ImportTerms
from subscribers.importing.rows import ListedPerson
from subscribers.importing.storage.batches import FileRow
from subscribers.importing.storage.history import ImportStart
from subscribers.importing.values.states import ListState
from subscribers.membership import Preferences
from subscribers.models import Frequency
from subscribers.topics import Choice

DOMAIN = "crowd.example"
FILE = "sample-people.csv"
PROOF = "sample people of the demonstration"
PEOPLE = 2000
BATCH_SIZE = 500
FIRST_NAMES = """
Ada Amir Anwen Beth Bram Carys Chidi Clara Dana Dev Ebele Edie Ewan Farah Finn Freya
Gita Glyn Hana Hugh Idris Imani Ines Isla Ivor Jaya Jonah Kemi Kit Lena Leo Mabel Malik
Maya Mina Nia Noor Omar Orla Owen
""".split()  # noqa: SIM905 - as a list it would take a page
LAST_NAMES = """
Abara Ashby Baines Barlow Bevan Bhatt Carver Chandra Cole Conway Dacre Dunmore Ellery
Farrow Fenwick Gower Hallam Hartley Hussain Ingram Jarvis Kaur Kendal Lacey Langton
Lowry Madan Marlow Mistry Nash Okafor Orme Pascoe Penrose Quayle Rahman Redfern Sayer
Selby Sharma Tallis Thorne Umar Vance Varley Wadham Wexler Wynne Yardley Zaman
""".split()  # noqa: SIM905 - as a list it would take a page
TOPICS = ("housing", "transport", "environment", "policing")
# What the mail catcher answers to some of them, by the beginning of their addresses.
MOVED, FULL, DOUBTFUL = "moved.", "full.", "doubtful."
# Every so many, each kind.
MOVED_EVERY, FULL_EVERY, DOUBTFUL_EVERY = 83, 131, 900


def add_crowd(context: Context, actor: Actor, most: int = PEOPLE) -> int:
    """Add the crowd, or so many of it, unless it is there; how many."""
    if not most:
        return 0
    with context.database.read() as session:
        if store.find_by_address(session, address_of(0)) is not None:
            return 0
    start = ImportStart(file=FILE, sha256="", consent=PROOF, report={})
    terms = ImportTerms(file=FILE, secret=context.secret, consent=PROOF)
    imports.enter(context, actor, start, terms, _batches(most), lambda *_: None, {})
    return most


def address_of(number: int) -> str:
    """The address of one of them."""
    first, last = name_of(number).lower().split()
    kind = next(
        (
            prefix
            for prefix, every in (
                (DOUBTFUL, DOUBTFUL_EVERY),
                (FULL, FULL_EVERY),
                (MOVED, MOVED_EVERY),
            )
            if number % every == every - 1
        ),
        "",
    )
    return f"{kind}{first}.{last}@{DOMAIN}"


def name_of(number: int) -> str:
    """Each has another name: forty first ones by fifty last ones."""
    names = list(product(FIRST_NAMES, LAST_NAMES))
    first, last = names[number * 641 % len(names)]
    return f"{first} {last}"


def _batches(most: int) -> Iterator[list[FileRow]]:
    rows = [_row(number) for number in range(most)]
    for start in range(0, most, BATCH_SIZE):
        yield rows[start : start + BATCH_SIZE]


def _row(number: int) -> FileRow:
    address, name = address_of(number), name_of(number)
    topics = (TOPICS[number % len(TOPICS)],) if number % 3 == 0 else ()
    listed = ListedPerson(
        row=number + 2,
        address=address,
        name=name,
        preferences=Preferences(
            name=name,
            choice=Choice(topics=topics, digests=()),
            frequency=Frequency.WEEKLY if number % 7 == 0 else Frequency.REGULAR,
        ),
        attributes={},
        since="",
        state=ListState.SUBSCRIBED,
    )
    return FileRow(number=number + 2, cells=[address, name], said=listed)
