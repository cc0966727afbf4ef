"""The tables of options in docs/transports.md, between markers that name the kind."""

import re

from pydantic.fields import FieldInfo

from newsletter.config.example import toml_value
from newsletter.transports.registry import transport_class

_MARKED = re.compile(r"(<!-- options of `(\w+)` -->\n).*?(?=<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with each marked table as the kind's options are."""
    return _MARKED.sub(lambda found: found[1] + _table(found[2]), page)


def _table(kind: str) -> str:
    fields = transport_class(kind).Options.model_fields
    ordered = sorted(fields.items(), key=lambda item: not item[1].is_required())
    rows = "".join(f"| `{key}` | {_default(o)} | {o.description} |\n" for key, o in ordered)
    return f"\n| option | default | what it does |\n|---|---|---|\n{rows}\n"


def _default(option: FieldInfo) -> str:
    if option.is_required():
        return "needed"
    return f"`{toml_value(option.get_default(call_default_factory=True))}`"
