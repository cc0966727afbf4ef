"""Names of the records of an import, whatever letters they have."""

from contextlib import closing, suppress

from newsletter.articles.ingestion.seen_records import Name, SeenRecords


def test_the_first_place_of_a_name_is_kept() -> None:
    with closing(SeenRecords()) as seen:
        seen.add(Name.KEY, "a \ud800", "first \udfff")
        seen.add(Name.KEY, "a \ud800", "second")
        assert seen.place_of(Name.KEY, "a \ud800") == r"first \udfff"


def test_names_of_other_kinds_are_apart() -> None:
    with closing(SeenRecords()) as seen:
        seen.add(Name.STORED_ID, "7", "first")
        assert seen.place_of(Name.FINGERPRINT, "7") == ""


def test_names_of_a_transaction_that_fails_are_forgotten() -> None:
    with closing(SeenRecords()) as seen:
        with suppress(LookupError), seen.transaction():
            seen.add(Name.KEY, "a", "first")
            raise LookupError
        assert seen.place_of(Name.KEY, "a") == ""
