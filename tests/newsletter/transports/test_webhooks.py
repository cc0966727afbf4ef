"""The contract of providers' calls: proof of origin first, then events, each part by itself."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from webhook_providers import PROVIDERS
from webhook_signatures import (
    ADA,
    CERTIFICATE_URL,
    MESSAGE_ID,
    NOW,
    TOPIC,
    Headers,
    WebhookProvider,
    certificate_of_sns,
    sns_message,
)

from newsletter.transports.api.sns_webhook import SnsWebhook
from newsletter.transports.api.webhooks import (
    NotProven,
    Webhook,
    WebhookCall,
    WebhookResult,
    event,
    judged,
    moment,
)
from newsletter.transports.events import Event, EventKind, EventSource
from newsletter.transports.registry import KINDS, transport_class

Load = Callable[..., Any]
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."
SAMPLES = [
    pytest.param(kind, number, id=f"{kind} {number} {expected}")
    for kind, provider in PROVIDERS.items()
    for number, (expected, _) in enumerate(provider.samples)
]


@pytest.fixture(params=sorted(PROVIDERS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def provider(kind: str) -> WebhookProvider:
    return PROVIDERS[kind]


def webhook_of(load: Load, kind: str, **changes: Any) -> Webhook:
    options = {**PROVIDERS[kind].options, **changes}
    made: Webhook = load(kind, **options).webhook()
    if isinstance(made, SnsWebhook):
        model = transport_class(kind).Options(**options)
        return type(made)(model, fetch=certificate_of_sns)
    return made


@pytest.fixture
def receive(load: Load, kind: str) -> Callable[..., WebhookResult]:
    webhook = webhook_of(load, kind)
    return lambda call: webhook.receive(call, "main", NOW)


Receive = Callable[[WebhookCall], WebhookResult]


def test_every_kind_with_a_webhook_has_a_provider_that_calls() -> None:
    missing = {kind for kind in KINDS if hasattr(transport_class(kind), "webhook")} - set(PROVIDERS)
    assert not missing, (
        f"add {', '.join(sorted(missing))} to PROVIDERS in tests/newsletter/transports/"
        "webhook_providers.py, so that the contract of webhooks runs on it"
    )


@pytest.mark.parametrize(("kind", "number"), SAMPLES)
def test_a_documented_event_has_its_kind(load: Load, kind: str, number: int) -> None:
    provider = PROVIDERS[kind]
    expected, item = provider.samples[number]
    (found,) = webhook_of(load, kind).receive(provider.call(item), "main", NOW).events
    assert found.kind == expected
    assert found.recipient == ADA
    assert found.message_id.strip("<>") == MESSAGE_ID.strip("<>")
    assert (found.source, found.transport) == (EventSource.WEBHOOK, "main")
    assert found.is_proven


def test_events_say_when_they_happened(provider: WebhookProvider, receive: Receive) -> None:
    (found,) = receive(provider.call(provider.samples[0][1])).events
    assert found.at is not None
    assert abs(found.at - NOW) < timedelta(seconds=1)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_beyond_the_calendar_is_no_time(text: str) -> None:
    assert moment(text) is None


def test_opens_and_clicks_are_dropped(provider: WebhookProvider, receive: Receive) -> None:
    for item in provider.dropped:
        assert receive(provider.call(item)).events == []


def test_an_unknown_event_is_kept_with_its_words(
    provider: WebhookProvider, receive: Receive
) -> None:
    (found,) = receive(provider.call(provider.unknown)).events
    assert found.kind is EventKind.UNKNOWN
    assert b"ewfangled" in found.evidence


@pytest.mark.parametrize("body", [b"[1]", b'[{"event": {}}]', b"{}", b'"x"', b"null"])
def test_a_proven_call_that_is_not_understood_is_kept(
    provider: WebhookProvider, receive: Receive, body: bytes
) -> None:
    found = receive(provider.signed(body)).events
    is_empty = body == provider.empty_call
    assert {event.kind for event in found} == (set() if is_empty else {EventKind.UNKNOWN})


def test_a_proven_call_without_json_is_kept(provider: WebhookProvider, receive: Receive) -> None:
    if provider.has_proof_inside:
        return
    (found,) = receive(provider.signed(b"\xff\xfe not JSON")).events
    assert found.kind is EventKind.UNKNOWN
    assert found.evidence == b"\xff\xfe not JSON"


@pytest.mark.parametrize("piece", ["x", "<", "550 ", "x@", "5.1.1 ", "("])
def test_endless_words_of_a_server_are_judged_in_no_time(piece: str) -> None:
    words = piece * (1_000_000 // len(piece))
    begun = time.process_time()
    judged(words, is_permanent=True)
    event(EventKind.HARD, recipient=words, reason=words)
    assert time.process_time() - begun < 1.0


def test_a_batch_becomes_an_event_each(provider: WebhookProvider, receive: Receive) -> None:
    if not provider.takes_batches:
        return
    items = [item for _, item in provider.samples]
    told = receive(provider.call(*items, {"nonsense": True}, *provider.dropped))
    expected = [expected for expected, _ in provider.samples] + ["unknown"]
    assert [event.kind for event in told.events] == expected


def test_a_repeated_call_has_the_same_keys(provider: WebhookProvider, receive: Receive) -> None:
    items = [item for _, item in provider.samples] if provider.takes_batches else [provider.unknown]
    first, again = (receive(provider.call(*items)).events for _ in range(2))
    assert [event.key for event in first] == [event.key for event in again]


def test_different_events_have_different_keys(provider: WebhookProvider, receive: Receive) -> None:
    changed = json.dumps(provider.samples[0][1]).replace(ADA, "bea@wexcombe.example")
    events: list[Event] = []
    for item in (provider.samples[0][1], json.loads(changed)):
        events += receive(provider.call(item)).events
    assert len({event.key for event in events}) == 2


def test_a_tampered_body_is_refused(provider: WebhookProvider, receive: Receive) -> None:
    if not provider.covers_body:
        return
    call = provider.call(provider.samples[0][1])
    changed = replace(call, body=call.body.replace(b"wexcombe", b"elsewhere"))
    with pytest.raises(NotProven):
        receive(changed)


def test_a_call_without_proof_is_refused(
    kind: str, provider: WebhookProvider, receive: Receive
) -> None:
    call = provider.call(provider.samples[0][1])
    found = json.loads(call.body)
    for name in ("signature", "Signature"):
        if isinstance(found, dict):
            found.pop(name, None)
    with pytest.raises(NotProven):
        receive(WebhookCall(headers=Headers({}), body=json.dumps(found).encode()))


@pytest.mark.parametrize("wrong", ["", "v1,", "Basic ", "x" * 64, "ä", "AAAA"])
def test_a_wrong_proof_is_refused(provider: WebhookProvider, receive: Receive, wrong: str) -> None:
    call = provider.call(provider.samples[0][1])
    calls = [replace(call, headers=Headers({**call.headers, name: wrong})) for name in call.headers]
    if provider.has_proof_inside:
        found = json.loads(call.body)
        name = "signature" if "signature" in found else "Signature"
        inside = {**found[name], "signature": wrong} if name == "signature" else wrong
        calls = [replace(call, body=json.dumps({**found, name: inside}).encode())]
    assert calls
    for changed in calls:
        with pytest.raises(NotProven):
            receive(changed)


ODD = [
    None,
    True,
    [],
    {},
    10**400,
    "\ud800",
    "https://[",
    "https://sns.eu-west-2.amazonaws.com:x/",
    "nan",
]


def test_a_proof_of_any_other_shape_is_refused(provider: WebhookProvider, receive: Receive) -> None:
    call = provider.call(provider.samples[0][1])
    calls = [
        replace(call, headers=Headers({**call.headers, name: str(odd)}))
        for name in call.headers
        for odd in ODD
    ]
    if provider.has_proof_inside:
        found = json.loads(call.body)
        inside = {name: value for name, value in found.items() if name != "event-data"}
        calls += [
            replace(call, body=json.dumps({**found, name: odd}).encode())
            for name in inside
            for odd in ODD
        ]
        calls += [
            replace(call, body=json.dumps({**found, name: {**value, part: odd}}).encode())
            for name, value in inside.items()
            if isinstance(value, dict)
            for part in value
            for odd in ODD
        ]
    for changed in calls:
        with pytest.raises(NotProven):
            receive(changed)


def test_a_call_from_long_ago_is_refused(provider: WebhookProvider, receive: Receive) -> None:
    if not provider.is_dated:
        return
    for distance in (timedelta(days=-2), timedelta(days=2)):
        with pytest.raises(NotProven, match="long ago"):
            receive(provider.call(provider.samples[0][1], at=NOW + distance))


def test_without_a_secret_every_call_is_refused(
    load: Load, kind: str, provider: WebhookProvider
) -> None:
    options = transport_class(kind).Options.model_fields
    secrets = webhook_of(load, kind).needs
    assert secrets
    for secret in secrets:
        if options[secret].is_required():
            continue  # it is needed to send as well
        webhook = webhook_of(load, kind, **{secret: ""})
        assert not webhook.is_ready
        with pytest.raises(NotProven, match=f"set .*{secret}.* first"):
            webhook.receive(provider.call(provider.samples[0][1]), "main", NOW)


class TestSns:
    @pytest.fixture
    def receive(self, load: Load) -> Receive:
        webhook = webhook_of(load, "ses")
        return lambda call: webhook.receive(call, "main", NOW)

    @staticmethod
    def call(**changes: Any) -> WebhookCall:
        return WebhookCall(headers=Headers({}), body=sns_message(**changes))

    def test_a_subscription_is_confirmed_at_sns(self, receive: Receive) -> None:
        url = "https://sns.eu-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=t"
        told = receive(self.call(Type="SubscriptionConfirmation", SubscribeURL=url, Token="t"))
        assert told == WebhookResult(confirm=url)

    @pytest.mark.parametrize(
        "url",
        [
            "http://sns.eu-west-2.amazonaws.com/x.pem",
            "https://sns.eu-west-2.amazonaws.com.attacker.example/x.pem",
            "https://attacker.example/sns.eu-west-2.amazonaws.com.pem",
            "https://sns.eu-west-2.amazonaws.com@attacker.example/x.pem",
            "https://sns.eu-west-2.amazonaws.com:8443/x.pem",
            "https://s3.eu-west-2.amazonaws.com/x.pem",
            "https://sns.eu-west-2.amazonaws.comx/x.pem",
        ],
    )
    def test_a_certificate_from_elsewhere_is_not_fetched(self, receive: Receive, url: str) -> None:
        with pytest.raises(NotProven, match="not an address of SNS"):
            receive(self.call(SigningCertURL=url))
        confirmation = {"Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": url}
        with pytest.raises(NotProven, match="not an address of SNS"):
            receive(self.call(**confirmation))

    def test_another_topic_is_refused(self, receive: Receive) -> None:
        with pytest.raises(NotProven, match="another topic"):
            receive(self.call(TopicArn=TOPIC + "-of-others"))

    @pytest.mark.parametrize("version", ["1", "2"])
    def test_both_versions_of_signatures_are_known(self, receive: Receive, version: str) -> None:
        assert receive(self.call(SignatureVersion=version, Message=GREETING)).events == ()

    def test_an_unknown_version_is_refused(self, receive: Receive) -> None:
        with pytest.raises(NotProven, match="not signed in a way that is known"):
            receive(self.call(SignatureVersion="3"))

    def test_the_certificate_comes_from_where_the_message_says(self, receive: Receive) -> None:
        assert (
            receive(
                self.call(
                    SigningCertURL=CERTIFICATE_URL,
                    Message=GREETING,
                )
            )
            == WebhookResult()
        )

    def test_each_recipient_is_an_event(self, receive: Receive) -> None:
        item = {"eventType": "Delivery", "mail": {}, "delivery": {"recipients": ["a@x", "b@x"]}}
        told = receive(self.call(Message=json.dumps(item)))
        assert [event.recipient for event in told.events] == ["a@x", "b@x"]
