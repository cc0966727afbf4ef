"""People: the list, one person, adding and suppressing, imports and exports."""
