"""How many pieces a secret is made of, for whoever guesses it.

Whoever has one link can try secrets without asking the site. They try words, repetitions and
sequences first, so each of these is one piece, however long, as in zxcvbn (D. Wheeler, USENIX
Security 2016); any other character is a piece by itself.
"""

from functools import lru_cache

# As short as these, pieces occur in random text.
SHORTEST = 3
_SUBSTITUTED = str.maketrans("01345@$!", "oleasasi")
# Walks over a keyboard and along the alphabet.
_SEQUENCES = (
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm", "!@#$%^&*()", "qwertzuiop", "azertyuiop", "yxcvbnm"),
)
_WALKS = (*_SEQUENCES, *(sequence[::-1] for sequence in _SEQUENCES))
# What lists of passwords begin with, and what examples of configuration files say.
_COMMON = (
    "password passwd passphrase pass admin administrator root user username login welcome hello "
    "secret secrets secretkey key keys token change changeme change-me replace replaceme your "
    "this that here please insert enter default example sample test testing demo dummy temp "
    "temporary placeholder production development staging local localhost site website web "
    "server database newsletter mail email digest news letter django flask fastapi laravel "
    "rails wordpress ghost random string value something anything nothing long very some must "
    "should with from have characters letters bytes least more than monkey dragon letmein "
    "master shadow sunshine princess football baseball basketball superman batman trustno "
    "iloveyou love lovely michael jordan michelle jessica jennifer ashley charlie thomas daniel "
    "andrew george robert william hunter ranger buster soccer hockey killer pepper ginger "
    "cookie banana cheese summer winter spring autumn freedom whatever qazwsx starwars computer "
    "internet samsung google facebook apple orange purple yellow silver golden flower tigger "
    "chelsea arsenal liverpool london england america mustang corvette ferrari mercedes correct "
    "horse battery staple access matrix ninja azerty secure security private public january "
    "february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday "
)
_WORDS = frozenset(_COMMON.split())
_LONGEST_WORD = max(map(len, _WORDS))


@lru_cache(maxsize=16)
def pieces_of(secret: str) -> int:
    """How many pieces a secret is made of."""
    text = secret.casefold()
    plain = text.translate(_SUBSTITUTED)
    count = place = 0
    while place < len(text):
        place += max(1, _word(plain, place), _walk(text, place), _repetition(text, place))
        count += 1
    return count


def _word(text: str, place: int) -> int:
    """The length of the longest word that begins at a place; 0 where none does."""
    for length in range(min(_LONGEST_WORD, len(text) - place), SHORTEST - 1, -1):
        if text[place : place + length] in _WORDS:
            return length
    return 0


def _walk(text: str, place: int) -> int:
    """The length of the longest walk from a place; 0 where none is long enough to count."""
    longest = SHORTEST - 1
    while place + longest < len(text) and any(
        text[place : place + longest + 1] in walk for walk in _WALKS
    ):
        longest += 1
    return longest if longest >= SHORTEST else 0


def _repetition(text: str, place: int) -> int:
    """How long what follows is the same as what began before; 0 where it is too short to count.

    The two may overlap: nine equal letters are one, and eight that repeat it.
    """
    longest = SHORTEST - 1
    while place + longest < len(text) and 0 <= text.find(text[place : place + longest + 1]) < place:
        longest += 1
    return longest if longest >= SHORTEST else 0
