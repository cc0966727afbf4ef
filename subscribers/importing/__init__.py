"""Lists of people brought along from elsewhere: read, checked and entered."""
