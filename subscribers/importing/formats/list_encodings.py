"""Encodings by the language of a list: how plausible its names read in each.

Letters of names count, weighed by how common they are in their script; a word that mixes scripts,
a capital after a small letter, or a symbol within a word counts against an encoding. Scores are
per byte, so that those of all encodings can be compared.
"""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

_FOREIGN = re.compile(r"[^\x00-\x7f]")
_FOREIGN_RUN = re.compile(r"[^\W\d_]*[^\x00-\x7f](?:[^\x00-\x7f]|[^\W\d_])*")
# Beside letters in any language.
_NEUTRAL = frozenset("\u00a0\u00ad«»„“”‘’–—…№·\u3000、。・「」（）：／－")
_IN_LATIN_ONLY = re.compile(r"[A-Za-z]")
_DAMAGE = "\ufffd"
# What a letter of names of several languages counts; of one: 1.
_OF_MIXED = 0.9


@dataclass(frozen=True, kw_only=True)
class ListEncoding(ABC):
    """An encoding that lists come in."""

    codec: str
    name: str
    """As reports call it."""
    say: str
    """As `--encoding` takes it."""
    script: str
    """Its languages, as reports call them."""
    languages: frozenset[str]
    """Lower-case English names that `--encoding` takes too."""

    @abstractmethod
    def score(self, sample: bytes) -> float:
        """How plausible a text reads in it; the greater the better."""


@dataclass(frozen=True, kw_only=True)
class Latin(ListEncoding):
    """An encoding of Latin letters beyond ASCII."""

    alphabets: tuple[str, ...]
    """The letters beyond ASCII of each language, capitals included."""
    alone: str = ""
    """Letters that count less, and with those of their own language alone."""

    def score(self, sample: bytes) -> float:
        """Letters of one language count, of several a little less, symbols not."""
        text, spoilt = sample.decode(self.codec, "replace"), 0.0
        letters: Counter[str] = Counter()
        for match in _FOREIGN.finditer(text):
            character = match[0]
            before = text[match.start() - 1 : match.start()]
            if character.isalpha():
                letters[character] += 1
                spoilt += 3 if character.isupper() and before.islower() else 0
            else:
                after = text[match.end() : match.end() + 1]
                spoilt += 3 if before.isalpha() or after.isalpha() else 1
        every = sum(letters.values())

        def known(alphabet: str) -> int:
            return sum(letters[letter] for letter in alphabet)

        mixed = _OF_MIXED * known("".join(set("".join(self.alphabets)) - set(self.alone)))
        mixed -= every - mixed / _OF_MIXED
        return (
            max(mixed, *(2.0 * known(each) - every for each in self.alphabets))
            - spoilt
            - 0.1 * known(self.alone)
        )


@dataclass(frozen=True, kw_only=True)
class NonLatin(ListEncoding):
    """An encoding of words that have no Latin letters."""

    letters: Mapping[str, float] = field(hash=False)
    """What each letter counts."""
    others: tuple[str, str] = ("", "")
    """The first and last of further characters of the script, too many to weigh each."""
    frequent: tuple[int, int] = (0, 0)
    """Lead bytes of the frequent ones among the others."""
    usual: float = 0.8
    """What each of these counts."""
    final: frozenset[str] = frozenset()
    """Letters that end words."""
    inner: frozenset[str] = frozenset()
    """Letters that start none."""
    width: int = 1
    """Bytes of a character."""

    def score(self, sample: bytes) -> float:
        """Words of this script alone count."""
        text = sample.decode(self.codec, "replace")
        return sum(map(self._word_score, _FOREIGN_RUN.findall(text)))

    def _word_score(self, word: str) -> float:
        foreign = _FOREIGN.findall(word)
        if _IN_LATIN_ONLY.search(word):
            return -2.0 * self.width * len(foreign)
        score = sum(map(self._weight, foreign)) * self.width
        score -= 2 if word[0] in self.inner else 0
        for before, after in pairwise(word):
            score -= 2 if before.islower() and after.isupper() else 0
            score -= 3 if before in self.final and after.isalpha() else 0
        return score

    def _weight(self, character: str) -> float:
        if character in self.letters:
            return self.letters[character]
        if self.others[0] <= character <= self.others[1]:
            first, last = self.frequent
            encoded = character.encode(self.codec)
            is_frequent = first <= encoded[0] <= last and len(encoded) == self.width
            return self.usual if is_frequent else -0.2
        if character in _NEUTRAL:
            return 0.0
        return -3.0 if character == _DAMAGE else -1.0


def _by_rank(order: str, most: float = 1.2) -> dict[str, float]:
    """What letters count that stand in the order of their frequency, capitals included."""
    weights: dict[str, float] = {}
    for rank, letter in enumerate(order):
        weight = most - rank / len(order)
        weights |= dict.fromkeys((letter, letter.upper()), weight)
    return weights


def _all(characters: str, weight: float) -> dict[str, float]:
    return dict.fromkeys(characters, weight)


def _span(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


_WEST = (
    "äöüßÄÖÜ",
    "éèêëàâùûüôîïçœæÉÈÊÀÂÔÎÇŒ",
    "áéíóúñüçàèòïÁÉÍÓÚÑÜÇÀÈÒ",
    "áâãàçéêíóôõúüÁÂÃÀÇÉÊÍÓÔÕÚ",
    "àèéìòùÀÈÉÌÒÙ",
    "åäöæøéüÅÄÖÆØÉÜ",
    "áéíóúýþæöðÁÉÍÓÚÝÞÆÖÐ",
    "éëïöüèáóÉËÏÖÜ",
)
_EAST = (
    "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "áčďéěíňóřšťúůýžÁČĎÉÍŇÓŘŠŤÚŮÝŽ",
    "áäčďéíľĺňóôŕšťúýžÁČĎÉÍĽŇÓŠŤÚÝŽ",
    "áéíóöőúüűÁÉÍÓÖŐÚÜŰ",
    "čćđšžČĆĐŠŽ",
    "ăâîşţĂÂÎŞŢ",
    "äöüßÄÖÜ",
)
_TURKISH = ("çğıöşüâîûÇĞİÖŞÜÂ",)
_CYRILLIC = _by_rank("оаинервлтскмдпуьгйяыбзчхюжшёцщєіїэфъўґјљњђћџ")
_GREEK = _by_rank("αοιςτνεσηρυπκλμάίόδγέήωύθφχβζξώψϊΐϋΰ")
# More than Cyrillic: its final letters, if misread, count against it.
_HEBREW = _by_rank("יורהלאמנתבשדעכםקןחפטגסצזךףץ", most=1.5)
_ARABIC = _by_rank("املينردةبوعسحفهكجقأزشطىصخضغثذإئظءآؤپچژگک") | _all(_span(0x64B, 0x652), 0.2)
_KANA = _all(_span(0x3041, 0x3096) + _span(0x30A1, 0x30FA) + "ー々ヽゝ", 1.1)
_HALF_KANA = _all(_span(0xFF66, 0xFF9F), 0.3)
_JAPANESE = _all(
    "田中村山川木本藤佐高橋小林井上松野原伊渡辺加吉斎清水森池阿部石前後岡長谷島崎今千葉西東北南"
    "子美一郎健太大和恵明由久翔正雄真理香人名氏様会員番号住所電話登録日年月退希望備考県市区町",
    1.2,
)
_HANZI = ("\u3400", "\u9fff")
_HANGUL = ("\uac00", "\ud7a3")
_SIMPLIFIED = _all(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈"
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂文华建国红玲玉小志海云春晓欣雪梅雨婷"
    "姓名邮箱电子件地址话手机备注编号城市会员订阅状态是否日期已未同意北京上广州海退",
    1.2,
)
_TRADITIONAL = _all(
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈余盧梁趙顏柯翁"
    "淑美麗玲雅惠芬芳怡君婷志明家豪俊傑建宏文雄華玉秀英國偉承翰宗佩珊詩涵雪梅小"
    "姓名郵箱電子件地址話手機備註編號城市會員訂閱狀態是否日期已未同意北台高雄中南退",
    1.2,
)


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


_WESTERN = _words(
    "german french spanish portuguese italian dutch danish swedish norwegian finnish icelandic "
    "english western"
)
_EASTERN = _words(
    "polish czech slovak hungarian croatian slovenian romanian serbian-latin central-european"
)
_IN_CYRILLIC = _words("russian ukrainian bulgarian serbian macedonian belarusian cyrillic")


def _cyrillic(codec: str, name: str, say: str) -> NonLatin:
    return NonLatin(
        codec=codec,
        name=name,
        say=say,
        script="Cyrillic",
        languages=_IN_CYRILLIC,
        letters=_CYRILLIC,
        inner=frozenset("ьыЬЫ"),
    )


def _latin(
    codec: str, name: str, say: str, languages: frozenset[str], alphabets: tuple[str, ...]
) -> Latin:
    script = "Western European" if languages == _WESTERN else "Central European"
    return Latin(
        codec=codec,
        name=name,
        say=say,
        script=script,
        languages=languages,
        alphabets=alphabets,
        # Elsewhere they are misread Turkish.
        alone="ýþðÝÞÐ" if codec == "cp1252" else "",
    )


def _japanese(codec: str, name: str, say: str, frequent: tuple[int, int]) -> NonLatin:
    return NonLatin(
        codec=codec,
        name=name,
        say=say,
        script="Japanese",
        languages=_words("japanese"),
        letters=_KANA | _HALF_KANA | _JAPANESE,
        others=_HANZI,
        frequent=frequent,
        width=2,
    )


# The first best wins: of encodings in which a list reads alike, the most usual one.
LIST_ENCODINGS: tuple[ListEncoding, ...] = (
    _latin("cp1252", "Windows-1252", "windows-1252", _WESTERN, _WEST),
    _latin("mac_roman", "Mac Roman", "mac-roman", _WESTERN, _WEST),
    _latin("cp1250", "Windows-1250", "windows-1250", _EASTERN, _EAST),
    _latin("iso8859_2", "ISO 8859-2 (Latin-2)", "iso-8859-2", _EASTERN, _EAST),
    Latin(
        codec="cp1254",
        name="Windows-1254",
        say="windows-1254",
        script="Turkish",
        languages=_words("turkish"),
        alphabets=_TURKISH,
    ),
    _cyrillic("cp1251", "Windows-1251", "windows-1251"),
    _cyrillic("koi8_r", "KOI8-R", "koi8-r"),
    _cyrillic("cp866", "DOS 866", "ibm866"),
    NonLatin(
        codec="cp1253",
        name="Windows-1253",
        say="windows-1253",
        script="Greek",
        languages=_words("greek"),
        letters=_GREEK,
        final=frozenset("ς"),
    ),
    NonLatin(
        codec="iso8859_7",
        name="ISO 8859-7",
        say="iso-8859-7",
        script="Greek",
        languages=_words("greek"),
        letters=_GREEK,
        final=frozenset("ς"),
    ),
    NonLatin(
        codec="cp1255",
        name="Windows-1255",
        say="windows-1255",
        script="Hebrew",
        languages=_words("hebrew"),
        letters=_HEBREW,
        final=frozenset("ךםןףץ"),
    ),
    NonLatin(
        codec="cp1256",
        name="Windows-1256",
        say="windows-1256",
        script="Arabic",
        languages=_words("arabic persian urdu"),
        letters=_ARABIC,
        final=frozenset("ةى"),
    ),
    _japanese("cp932", "Shift JIS", "shift_jis", (0x88, 0x97)),
    _japanese("euc_jp", "EUC-JP", "euc-jp", (0xB0, 0xCF)),
    NonLatin(
        codec="gb18030",
        name="GB 18030",
        say="gb18030",
        script="Chinese",
        languages=_words("chinese"),
        letters=_SIMPLIFIED,
        others=_HANZI,
        frequent=(0xB0, 0xD7),
        width=2,
    ),
    NonLatin(
        codec="cp950",
        name="Big5",
        say="big5",
        script="Chinese",
        languages=_words("chinese"),
        letters=_TRADITIONAL,
        others=_HANZI,
        frequent=(0xA4, 0xC6),
        width=2,
    ),
    NonLatin(
        codec="cp949",
        name="EUC-KR",
        say="euc-kr",
        script="Korean",
        languages=_words("korean"),
        letters=_all("김이박최정강조윤장임", 1.2),
        others=_HANGUL,
        usual=1.1,
        frequent=(0xB0, 0xC8),
        width=2,
    ),
)
