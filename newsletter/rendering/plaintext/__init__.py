"""The plain-text part of a mail, written from sanitised HTML."""
