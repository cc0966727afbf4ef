"""What faces show that takes more than one room to tell; nothing here changes anything."""
