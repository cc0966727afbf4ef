"""The key that an article has when its source gives it none: the file's name."""


def key_of(name: str) -> str:
    """The relative path without its suffix, so that x.txt and x.md are one article."""
    folder, slash, file = name.replace("\\", "/").rpartition("/")
    stem, _, _ = file.rpartition(".")
    return folder + slash + (stem or file)
