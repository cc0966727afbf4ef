"""A transport by an HTTP API and its sessions: batches, calls, and each mail's outcome."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any, ClassVar

import requests
from pydantic import BaseModel

from newsletter.transports.api.account import Account, WebhookRegistration
from newsletter.transports.api.answers import CallOutcomes
from newsletter.transports.api.calls import Call, new_http, of_failure, post
from newsletter.transports.api.provider import EncodedMail, Provider
from newsletter.transports.api.transcript import ApiTranscript
from newsletter.transports.api.webhooks import Webhook
from newsletter.transports.base import (
    Accepted,
    ClosingSession,
    Deferred,
    Mail,
    Outcome,
    Recorder,
    Refused,
    Session,
    TransportStopped,
    Unsupported,
)


class ApiTransport:
    """Base class of transports by a provider's API."""

    Options: type[BaseModel]
    provider: ClassVar[type[Provider]]
    signs_itself: ClassVar[bool] = True
    """Whether the provider signs by DKIM, and what it changes would break our signature."""

    @classmethod
    def carries_pictures(cls, _table: Mapping[str, Any]) -> bool:
        """Whether mails may have pictures inside, with a table of options as configured."""
        return True

    def __init__(self, options: Any) -> None:
        self.connections: int = options.connections
        self._options = options

    def open(self) -> Session:
        """A session; connects at the first mail."""
        return ApiSession(self.provider(self._options), self._options.timeout)

    def webhook(self) -> Webhook:
        """What reads the provider's calls: the module `events` beside the transport's."""
        instance: Webhook = self._beside("events").Webhook(self._options)
        return instance

    def connect(self, address: str) -> WebhookRegistration:
        """Register our address at the provider: the module `connect` beside the transport's."""
        account = Account(self.provider(self._options), self._options.timeout)
        instance: WebhookRegistration = self._beside("connect").connect(
            self._options, account, address
        )
        return instance

    def _beside(self, name: str) -> Any:
        return import_module(f"{type(self).__module__.rpartition('.')[0]}.{name}")


class ApiSession(ClosingSession):
    """Sends batches over persistent connections."""

    def __init__(self, provider: Provider, timeout: timedelta) -> None:
        self._provider = provider
        self._timeout = timeout
        self._transcript = ApiTranscript(provider.name, provider.options)
        self._http = new_http(provider.url)
        provider.sign_in(self._http)

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        pause: Deferred | None = None
        for batch in self._batches(mails, recorder):
            if pause:
                for entry in batch:
                    recorder.settled(entry.mail.key, pause)
                continue
            answer = self._answer(batch, recorder)
            for index, (entry, outcome) in enumerate(zip(batch, answer.outcomes, strict=True)):
                recorder.settled(entry.mail.key, self._with_transcript(outcome, index))
            if answer.stop:
                raise TransportStopped(
                    f"{self._provider.name} refused us: {answer.stop}; {self._provider.check}"
                )
            if answer.pause:
                pause = _pause_after(answer)

    def close(self) -> None:
        self._http.close()

    def _with_transcript(self, outcome: Outcome, index: int) -> Outcome:
        """An outcome, with the conversation unless the mail was simply taken."""
        if isinstance(outcome, Accepted):
            return outcome
        return replace(outcome, transcript=self._transcript.text(index))

    def _batches(
        self, mails: Iterable[Mail], recorder: Recorder
    ) -> Iterator[Sequence[EncodedMail]]:
        """Batches within the API's limits; what it cannot carry is refused here."""
        limits, overhead = self._provider.limits, self._provider.envelope_bytes
        batch: list[EncodedMail] = []
        size = overhead
        for mail in mails:
            if problem := self._provider.problem_of(mail):
                recorder.settled(mail.key, Refused(response=problem))
                continue
            try:
                entry = self._entry(mail)
            except Unsupported as error:
                recorder.settled(mail.key, error.outcome)
                continue
            if batch and size + len(entry.body) + 1 > limits.call_bytes:
                yield batch
                batch, size = [], overhead
            batch.append(entry)
            size += len(entry.body) + 1
            if len(batch) == limits.mails:
                yield batch
                batch, size = [], overhead
        if batch:
            yield batch

    def _entry(self, mail: Mail) -> EncodedMail:
        body, most = self._provider.encode(mail), self._provider.limits.mail_bytes
        if len(body) > most:
            raise Unsupported(
                f"{self._provider.name} takes messages of {most} bytes at most, "
                f"this one has {len(body)}"
            )
        return EncodedMail(mail=mail, body=body)

    def _answer(self, batch: Sequence[EncodedMail], recorder: Recorder) -> CallOutcomes:
        """The answer to a batch; a lost one is asked for again where that sends nothing twice."""
        call = self._provider.call(batch)
        self._transcript.begin(len(batch))
        for entry in batch:
            recorder.handing_over(entry.mail.key)
        answer = self._called(call, batch)
        for _ in range(self._provider.repeats):
            if not answer.is_lost:
                break
            again = self._called(call, batch)
            if any(isinstance(outcome, Deferred) for outcome in again.outcomes):
                break  # it speaks of the repetition; the first call may have been worked on
            answer = again
        return answer

    def _called(self, call: Call, batch: Sequence[EncodedMail]) -> CallOutcomes:
        self._transcript.note(call)
        try:
            reply = post(self._http, call, self._timeout)
        except requests.RequestException as error:
            answer = of_failure(error, len(batch), self._provider.name)
            self._transcript.note(answer.outcomes[0].response)
            return answer
        self._transcript.note(reply)
        return self._provider.read(reply, batch)


def _pause_after(answer: CallOutcomes) -> Deferred:
    """The outcome of mails in later batches, which are not tried."""
    waits = [o.retry_after for o in answer.outcomes if isinstance(o, Deferred) and o.retry_after]
    return Deferred(
        response=f"not tried: {answer.outcomes[0].response}",
        retry_after=max(waits, default=None),
        throttled=True,
    )
