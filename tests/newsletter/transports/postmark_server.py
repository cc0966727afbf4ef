"""A local HTTP server that speaks Postmark's documented batch protocol, errors included."""

from typing import Any

from api_server import Answer, ApiServer, Request, of_json

TOKEN = "b7ce2a40-server-token"


class PostmarkServer(ApiServer):
    """https://postmarkapp.com/developer/api/email-api; "inactive" recipients as documented too."""

    def answer(self, request: Request) -> Answer:
        messages = request.json
        if request.headers.get("X-Postmark-Server-Token") != TOKEN:
            return _error(401, 10, "The Server Token you provided is invalid.")
        if request.path != "/email/batch":
            return Answer(status=404)
        if not isinstance(messages, list) or len(messages) > 500:
            return _error(422, 410, "Too many batch messages.")
        return of_json([self._one(message) for message in messages])

    def _one(self, message: dict[str, Any]) -> dict[str, Any]:
        local = message["To"].split("@")[0]
        if local == "inactive":
            return {
                "ErrorCode": 406,
                "Message": "You tried to send to a recipient that has been marked as inactive.",
            }
        if local == "invalid":
            return {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{message['To']}'."}
        if "unconfirmed" in message["From"]:
            return {"ErrorCode": 401, "Message": "The Sender Signature is not confirmed."}
        self.messages.append(message)
        number = f"0a129aee-e1cd-480d-b08d-{len(self.messages):012}"
        return {
            "To": message["To"],
            "SubmittedAt": "2026-11-27T09:00:00.1Z",
            "MessageID": number,
            "ErrorCode": 0,
            "Message": "OK",
        }


def _error(status: int, code: int, words: str) -> Answer:
    return of_json({"ErrorCode": code, "Message": words}, status)
