"""The demonstration: sample articles of an invented town, and a mail catcher."""
