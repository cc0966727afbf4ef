"""Luma: guests of an event; that somebody comes is no consent to a newsletter."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Luma",
    marks=(("api_id", "approval_status"), ("guest_id", "approval_status")),
    source=(
        "Luma's API reference (guests: approval_status, registered_at, checked_in_at); of the file "
        "only the shape is known."
    ),
    columns={"joined": ("created_at", "registered_at")},
    harmless=(
        *("api_id", "guest_id", "approval_status", "checked_in_at", "invited_at", "joined_at"),
        *("phone_number", "eth_address", "solana_address", "utm_source", "custom_source"),
        *("qr_code_url", "check_in_qr_code", "ticket_name", "ticket_type_id", "amount"),
        *("amount_tax", "amount_discount", "currency", "coupon_code", "survey_response_rating"),
        "survey_response_feedback",
    ),
    tells_leaving=False,
    advice=(
        "Guests of an event have not agreed to a newsletter by coming. Where a question of the "
        "registration asked them, say that its column is status."
    ),
)
