"""List item markers, numbered as in HTML (HTML Standard, ol and li)."""

from lxml import html as trees

# Value and letters, largest first.
_ROMAN = {
    1000: "m",
    900: "cm",
    500: "d",
    400: "cd",
    100: "c",
    90: "xc",
    50: "l",
    40: "xl",
    10: "x",
    9: "ix",
    5: "v",
    4: "iv",
    1: "i",
}
_MAX_ROMAN = 3999


def item_marks(element: trees.HtmlElement) -> list[str]:
    """The marker of each item of a list, in order."""
    items = list(element.iterchildren("li"))
    if element.tag == "ul":
        return ["- "] * len(items)
    is_reversed, kind = element.get("reversed") is not None, element.get("type", "1")
    number = _number(element.get("start"), len(items) if is_reversed else 1)
    marks = []
    for item in items:
        number = _number(item.get("value"), number)
        marks.append(f"{_counter(number, kind)}. ")
        number += -1 if is_reversed else 1
    return marks


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(text) if text and len(text) < 10 else otherwise
    except ValueError:
        return otherwise


def _counter(number: int, kind: str) -> str:
    match kind:
        case "a" | "A" if number > 0:
            letters = _letters(number)
        case "i" | "I" if 0 < number <= _MAX_ROMAN:
            letters = _roman(number)
        case _:
            return str(number)
    return letters.upper() if kind.isupper() else letters


def _letters(number: int) -> str:
    """1 is a, 26 is z, 27 is aa."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    letters = ""
    for value, numeral in _ROMAN.items():
        count, number = divmod(number, value)
        letters += numeral * count
    return letters
