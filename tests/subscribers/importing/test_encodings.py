"""Encodings of short lists, as programs of many countries write them."""

import codecs
from pathlib import Path

import pytest

from newsletter.errors import InvalidInput
from subscribers.importing.formats.encodings import encoding_of
from subscribers.importing.formats.list_encodings import LIST_ENCODINGS

LISTS = {
    "german": (
        "cp1252 mac_roman",
        "Jürgen Müller, Käthe Groß, Günther Schäfer, Björn Weiß, Ölga Überreiter, Bo Ernst",
    ),
    "french": (
        "cp1252 mac_roman",
        "Hélène Lefèvre, François Noël, Zoé Crépin, Benoît Lemaître, Éloïse Gagné",
    ),
    "spanish": (
        "cp1252 mac_roman",
        "José Muñoz, María Ángeles Núñez, Íñigo Ibáñez, Begoña Peña, Lucía Gómez",
    ),
    "portuguese": (
        "cp1252 mac_roman",
        "João Gonçalves, Conceição Simões, Inês Brandão, António Magalhães, Lúcia Araújo",
    ),
    "swedish": (
        "cp1252 mac_roman",
        "Åsa Sjöberg, Björn Åkesson, Märta Öhman, Göran Lindström, Bo Hägg",
    ),
    "danish": (
        "cp1252 mac_roman",
        "Søren Kjærgård, Åse Bjørn, Jørgen Østergård, Mæt Sørensen, Bent Møller",
    ),
    "icelandic": (
        "cp1252",
        "Guðrún Þórsdóttir, Sigríður Jónsdóttir, Þorsteinn Ægisson, Ýr Böðvarsdóttir",
    ),
    "finnish": (
        "cp1252 mac_roman",
        "Väinö Mäkelä, Päivi Hämäläinen, Yrjö Hyvärinen, Äijä Pöllänen, Tyyne Rämö",
    ),
    "polish": (
        "cp1250 iso8859_2",
        "Łukasz Wójcik, Małgorzata Dąbrowska, Świętosława Żółć, Grażyna Źrebiec, Paweł Kłos",
    ),
    "czech": (
        "cp1250 iso8859_2",
        "Jiří Dvořák, Růžena Říčná, Šárka Křížová, Božena Němcová, Zdeněk Čapek",
    ),
    "hungarian": (
        "cp1250 iso8859_2",
        "Szűcs Ágnes, Kőszegi Béla, Tóth Gergő, Vörös Ilona, Fehér Őze",
    ),
    "croatian": (
        "cp1250",
        "Đorđe Jurišić, Željka Đurđević, Krešimir Čačić, Šime Vučković, Ana Žižić",
    ),
    "turkish": (
        "cp1254 iso8859_9",
        "Ayşe Yıldız, Çağlar Şahin, İbrahim Öztürk, Gülşen Işık, Uğur Doğan",
    ),
    "russian": (
        "cp1251 koi8_r cp866",
        "Громов Алексей, Щукина Юлия, Ёлкин Пётр, Жданова Ольга, Цой Виктор",
    ),
    "ukrainian": (
        "cp1251",
        "Олена Шевченко, Їжакевич Іван, Євген Григоренко, Оксана Лисенко, Мар'яна Коваль",
    ),
    "bulgarian": (
        "cp1251",
        "Георги Димитров, Цветелина Ангелова, Ивайло Стоянов, Йорданка Жекова, Мария Ъглова",
    ),
    "serbian": (
        "cp1251",
        "Ђорђе Јовановић, Љиљана Њежић, Милош Петровић, Јелена Шћепановић, Драган Ћирић",
    ),
    "russian capitals": (
        "cp1251 koi8_r cp866",
        "ГРОМОВ АЛЕКСЕЙ, ЩУКИНА ЮЛИЯ, ЁЛКИН ПЁТР, ЖДАНОВА ОЛЬГА, ЦОЙ ВИКТОР",
    ),
    "greek": (
        "cp1253 iso8859_7",
        "Ελένη Καραγιάννη, Στέλιος Μαυρίδης, Φωτεινή Γεωργίου, Παύλος Χατζής, Άννα Ρήγα",
    ),
    "greek capitals": (
        "cp1253 iso8859_7",
        "ΕΛΕΝΗ ΚΑΡΑΓΙΑΝΝΗ, ΣΤΕΛΙΟΣ ΜΑΥΡΙΔΗΣ, ΦΩΤΕΙΝΗ ΓΕΩΡΓΙΟΥ, ΠΑΥΛΟΣ ΧΑΤΖΗΣ, ΑΝΝΑ ΡΗΓΑ",
    ),
    "hebrew": (
        "cp1255 iso8859_8",
        "דוד כהן, שרה לוי, יוסף מזרחי, רחל אברהם, משה פרידמן, נועה ביטון",
    ),
    "arabic": (
        "cp1256",
        "محمد أحمد, فاطمة الزهراء, عبد الله حسن, خديجة يوسف, ليلى إبراهيم, سمير خليل",
    ),
    "japanese": (
        "cp932 euc_jp",
        "佐々木 由美, 高橋 健一, 渡辺 久美子, 中村 翔, 小林 さやか",
    ),
    "japanese kana": (
        "cp932 euc_jp",
        "ササキ ユミ, タカハシ ケンイチ, ワタナベ クミコ, ナカムラ ショウ, コバヤシ サヤカ",
    ),
    "japanese half": (
        "cp932",
        "佐々木 由美 ｻｻｷ ﾕﾐ, 高橋 健一 ﾀｶﾊｼ ｹﾝｲﾁ, 渡辺 久美子 ﾜﾀﾅﾍﾞ ｸﾐｺ, 榊原 凛 ｻｶｷﾊﾞﾗ ﾘﾝ",
    ),
    "japanese kanji": (
        "cp932 euc_jp",
        "桜庭 葵, 長谷川 蓮, 榎本 颯太, 柴田 結衣, 須藤 陽菜, 三浦 拓海",
    ),
    "chinese": (
        "gb18030",
        "王小明, 李秀英, 张伟, 欧阳雪, 刘洋, 诸葛瑾",
    ),
    "chinese rare": (
        "gb18030",
        "汤显祖, 段誉, 温庭筠, 薛涛, 柳宗元, 鲍照, 贾岛",
    ),
    "traditional": (
        "cp950",
        "陳淑芬, 林志明, 黃雅婷, 歐陽菲菲, 張家豪, 劉怡君",
    ),
    "traditional rare": (
        "cp950",
        "鄧麗芸, 龔詩琪, 溫庭筠, 薛濤, 閻錫山, 鮑照",
    ),
    "korean": (
        "cp949",
        "김민수, 이영희, 박지훈, 최수정, 정하늘, 강은주",
    ),
}
WRITTEN = [
    pytest.param(codec, people.split(", "), id=f"{language} in {codec}")
    for language, (written_in, people) in LISTS.items()
    for codec in written_in.split()
]


def written(folder: Path, people: list[str], codec: str) -> tuple[Path, str]:
    rows = (f"{name};person{row}@list.example\r\n" for row, name in enumerate(people))
    text = "Name;E-Mail\r\n" + "".join(rows)
    path = folder / "list.csv"
    path.write_bytes(text.encode(codec))
    return path, text


@pytest.mark.parametrize(("codec", "people"), WRITTEN)
def test_a_short_list_reads_as_it_was_written(
    tmp_path: Path, codec: str, people: list[str]
) -> None:
    path, text = written(tmp_path, people, codec)
    found = encoding_of(path)
    assert path.read_bytes().decode(found.codec) == text, found.note


@pytest.mark.parametrize(("codec", "people"), WRITTEN)
def test_two_names_suffice(tmp_path: Path, codec: str, people: list[str]) -> None:
    path, text = written(tmp_path, people[:2], codec)
    assert path.read_bytes().decode(encoding_of(path).codec) == text


def test_a_long_list_is_cut_between_characters(tmp_path: Path) -> None:
    people = [f"佐々木 由美{'子' * (row % 7)}" for row in range(5_000)]
    path, text = written(tmp_path, people, "cp932")
    assert path.read_bytes().decode(encoding_of(path).codec) == text


def test_the_note_names_the_guess_and_what_to_write_instead(tmp_path: Path) -> None:
    path, _ = written(tmp_path, ["Громов Алексей", "Щукина Юлия"], "cp1251")
    note = encoding_of(path).note
    assert "Windows-1251, Cyrillic (“Громов”" in note
    assert "windows-1253 or iso-8859-7 (Greek)" in note
    assert "shift_jis or euc-jp (Japanese)" in note


def test_an_unknown_encoding_is_refused_with_those_of_each_script(tmp_path: Path) -> None:
    path, _ = written(tmp_path, ["Ann"], "utf-8")
    for said in ("klingon", "hex", "undefined"):
        with pytest.raises(InvalidInput, match=r"windows-1251 or koi8-r or ibm866 \(Cyrillic\)"):
            encoding_of(path, said)


def test_the_encodings_that_messages_name_are_accepted(tmp_path: Path) -> None:
    path, _ = written(tmp_path, ["Ann"], "utf-8")
    for each in LIST_ENCODINGS:
        taken = encoding_of(path, each.say).codec
        assert codecs.lookup(taken) == codecs.lookup(each.codec)


@pytest.mark.parametrize(
    ("language", "codec", "people"),
    [
        ("Russian", "koi8_r", ["Цой"]),
        ("japanese", "euc_jp", ["桜庭 葵"]),
        ("polish", "iso8859_2", ["Paweł Kłos"]),
        ("hebrew", "cp1255", ["דוד כהן"]),
        ("greek", "utf-8", ["Άννα Ρήγα"]),
        ("chinese", "utf-16", ["王小明"]),
    ],
)
def test_a_language_restricts_the_choice(
    tmp_path: Path, language: str, codec: str, people: list[str]
) -> None:
    path, text = written(tmp_path, people, codec)
    assert path.read_bytes().decode(encoding_of(path, language).codec) == text


def test_a_sign_of_pounds_before_an_amount_is_western(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("email,paid\nann@list.example,£18.00\n".encode("cp1252"))
    assert encoding_of(tmp_path / "list.csv").codec == "cp1252"
