"""Private feeds and their revocation."""

import pytest
from support import SECRET, add_subscriber

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import TokenError
from newsletter.feeds.private import PURPOSE, FeedRevoked, revoke, scope_of, token_of
from newsletter.feeds.scopes import Scope
from newsletter.tokens.signing import Signer
from subscribers import membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin

SIGNER = Signer(SECRET, PURPOSE)
ADDRESS = "anna@wexcombe.example"


@pytest.fixture
def token(filled: Database, clock: FixedClock) -> str:
    with filled.write() as session:
        topics = ("housing", "transport")
        anna = add_subscriber(session, ADDRESS, clock.now(), topics=topics)
        return token_of(session, SIGNER, anna, clock.now())


def scope(database: Database, token: str) -> Scope:
    with database.read() as session:
        return scope_of(session, SIGNER, token)


def test_a_private_feed_has_the_subscribers_topics(filled: Database, token: str) -> None:
    assert scope(filled, token) == Scope(topics=("housing", "transport"))


def test_the_private_url_is_stable(filled: Database, token: str, clock: FixedClock) -> None:
    with filled.write() as session:
        anna = people.by_address(session, ADDRESS)
        assert token_of(session, SIGNER, anna, clock.now()) == token


def test_a_revoked_feed_is_gone_and_replaced_by_another_url(
    filled: Database, token: str, clock: FixedClock
) -> None:
    with filled.write() as session:
        anna = people.by_address(session, ADDRESS)
        assert revoke(session, anna, clock.now()) == 1
        assert revoke(session, anna, clock.now()) == 0
        renewed = token_of(session, SIGNER, anna, clock.now())
    with pytest.raises(FeedRevoked):
        scope(filled, token)
    assert renewed != token
    assert scope(filled, renewed).topics


def test_a_private_feed_ends_with_the_subscription(
    filled: Database, token: str, clock: FixedClock
) -> None:
    with filled.write() as session:
        anna = people.by_address(session, ADDRESS)
        membership.leave(session, anna, origin=ConsentOrigin(source="test"), now=clock.now())
    with pytest.raises(FeedRevoked, match="ended"):
        scope(filled, token)


@pytest.mark.parametrize("made_for", ["unsubscribe", "view"])
def test_a_token_of_another_purpose_is_refused(filled: Database, made_for: str) -> None:
    with pytest.raises(TokenError):
        scope(filled, Signer(SECRET, made_for).sign("1"))


@pytest.mark.parametrize("payload", ["", "x", "٣", "-1"])
def test_a_signed_invalid_payload_is_a_token_error(filled: Database, payload: str) -> None:
    with pytest.raises(TokenError):
        scope(filled, SIGNER.sign(payload))


def test_an_unknown_number_is_gone(filled: Database) -> None:
    with pytest.raises(FeedRevoked):
        scope(filled, SIGNER.sign(str(10**9)))
