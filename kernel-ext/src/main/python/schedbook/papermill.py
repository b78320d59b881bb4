"""Parameters for notebooks in Java: papermill knows many languages, and Java is not one of them."""

import json
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

DECLARATION = re.compile(
    r"^\s*(?:final\s+)?(?P<type>[\w.<>\[\], ]+?)\s+(?P<name>\w+)\s*=\s*(?P<value>.+?);\s*(?://\s*(?P<help>.*))?$",
    re.MULTILINE)


class JavaTranslator(Translator):
    """Writes values as Java; JShell lets a later declaration replace an earlier one, whatever its type."""

    @classmethod
    def translate_none(cls, val):
        return "(Object) null"

    @classmethod
    def translate_int(cls, val):
        return f"{val}L" if not -(2**31) <= val < 2**31 else str(val)

    @classmethod
    def translate_float(cls, val):
        if val != val:
            return "Double.NaN"
        if val in (float("inf"), float("-inf")):
            return f"Double.{'POSITIVE' if val > 0 else 'NEGATIVE'}_INFINITY"
        return repr(val)

    @classmethod
    def translate_escaped_str(cls, str_val):
        # The escapes of JSON are among those of Java.
        return json.dumps(str(str_val))

    @classmethod
    def translate_list(cls, val):
        return f"java.util.List.of({', '.join(map(cls.translate, val))})"

    @classmethod
    def translate_dict(cls, val):
        entries = (f"java.util.Map.entry({cls.translate_str(k)}, {cls.translate(v)})" for k, v in val.items())
        return f"java.util.Map.ofEntries({', '.join(entries)})"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"var {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        return [Parameter(m["name"], m["type"], m["value"], m["help"] or "")
                for m in DECLARATION.finditer(parameters_cell["source"])]


papermill_translators.register("java", JavaTranslator)


class Engine(NBClientEngine):
    """papermill's own engine; being loaded is all that is asked of it."""
