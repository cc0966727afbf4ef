"""Getting in: set-up, sign-in, sign-out."""
