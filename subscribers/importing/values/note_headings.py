"""Headings of columns with free words about people, in which some write who has left."""

from subscribers.importing.values.stems import has_stem
from subscribers.importing.values.word_folding import folded

_STEMS = tuple(
    map(
        folded,
        (
            *("note", "notes", "remark", "comment", "memo", "annotation", "misc", "particulars"),
            *("bemerk", "anmerk", "notiz", "kommentar", "sonstig", "vermerk", "hinweis"),
            *("remarque", "commentaire", "observation", "nota", "notas", "comentario"),
            *("observacion", "observacoes", "osservazion", "annotazion", "commenti", "opmerk"),
            *("aantekening", "uwag", "notatk", "komentarz", "poznam", "megjegyz", "anmark"),
            *("anteckning", "bemaerk", "bemærk", "merknad", "notat", "huomaut", "huomio"),
            *("sylwad", "nodiad", "açıklama", "notlar", "παρατηρ", "σχόλι", "примечан"),
            *("комментар", "заметк", "備考", "メモ", "备注", "備註"),
        ),
    )
)


def names_notes(heading: str) -> bool:
    """Whether a folded heading names free words about people."""
    return has_stem(heading, _STEMS)
