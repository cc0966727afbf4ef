"""Articles: the list, the editor, history, and bringing them in."""
