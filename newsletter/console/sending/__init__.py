"""Before sending: the look at a mail, who gets it, and the question; alike for all that is sent."""
