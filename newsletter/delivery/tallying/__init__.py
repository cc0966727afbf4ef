"""How many mails everybody was sent, kept beside the ledger so that nobody need read it."""
