"""Writing of articles by several people: unsaved words, versions, history, differences."""
