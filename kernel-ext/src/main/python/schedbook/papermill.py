"""Parameters for notebooks in Java: papermill knows many languages, and Java is not one of them."""

import datetime
import json
import re

from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

DECLARATION = re.compile(
    r"^\s*(?:final\s+)?(?P<type>[\w.<>\[\], ?]+?)\s+(?P<name>\w+)\s*=\s*(?P<value>.+?);\s*(?://\s*(?P<help>.*))?$",
    re.MULTILINE)

NAME = re.compile(r"[A-Za-z_$][\w$]*")

RESERVED = set(
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends false "
    "final finally float for goto if implements import instanceof int interface long native new null package private "
    "protected public return short static strictfp super switch synchronized this throw throws transient true try void "
    "volatile while _".split())

BOXES = {"byte": "Byte", "short": "Short", "int": "Integer", "long": "Long", "float": "Float", "double": "Double",
         "boolean": "Boolean", "char": "Character"}

BITS = {"Byte": 8, "Short": 16, "Integer": 32, "Long": 64}

# What reads a value of these classes from text.
PARSED = {
    "BigInteger": "new java.math.BigInteger(%s)",
    "BigDecimal": "new java.math.BigDecimal(%s)",
    "LocalDate": "java.time.LocalDate.parse(%s)",
    "LocalDateTime": "java.time.LocalDateTime.parse(%s)",
    "OffsetDateTime": "java.time.OffsetDateTime.parse(%s)",
    "ZonedDateTime": "java.time.ZonedDateTime.parse(%s)",
    "LocalTime": "java.time.LocalTime.parse(%s)",
    "Instant": "java.time.Instant.parse(%s)",
    "Duration": "java.time.Duration.parse(%s)",
    "Path": "java.nio.file.Path.of(%s)",
}


def quoted(text):
    # The escapes of JSON are among those of Java.
    return json.dumps(text)


def text_of(value):
    """A value as text: what was typed after -p, which papermill has taken for a number or a date."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else str(value)


def plain(value):
    """A value as JSON has it: papermill keeps the parameters in the notebook."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else text_of(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return text_of(value) if isinstance(value, (datetime.date, datetime.time)) else value


def own_type(value):
    """The class of Java for a value whose type nobody has declared, boxed."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return next((box for box in ("Integer", "Long") if fits(value, BITS[box])), "BigInteger")
    if isinstance(value, float):
        return "Double"
    if isinstance(value, datetime.datetime):
        return "LocalDateTime" if value.tzinfo is None else "OffsetDateTime"
    if isinstance(value, datetime.date):
        return "LocalDate"
    if isinstance(value, datetime.time):
        return "LocalTime"
    if isinstance(value, dict):
        return f"java.util.Map<{common_type(value)}, {common_type(value.values())}>"
    if isinstance(value, (list, tuple)):
        return f"java.util.List<{common_type(value)}>"
    return "Object" if value is None else "String"


def common_type(values):
    types = {own_type(value) for value in values if value is not None}
    for numbers in (("Integer", "Long"), ("Integer", "Long", "BigInteger"), ("Integer", "Long", "Double")):
        if types and types <= set(numbers):
            return numbers[0] if types == {numbers[0]} else numbers[-1]
    return types.pop() if len(types) == 1 else "Object"


def fits(value, bits):
    return -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)


def arguments(generic):
    """The type arguments of a generic type, split where commas separate them."""
    found, depth, start = [], 0, generic.index("<") + 1
    for at in range(start, len(generic)):
        c = generic[at]
        if c == "," and depth == 0 or c == ">" and depth == 0:
            found.append(generic[start:at].strip().removeprefix("? extends ").removeprefix("? super "))
            start = at + 1
        depth += (c == "<") - (c == ">")
    return found


class Refused(Exception):
    """A value that is none of the declared type."""


def java(value, declared):
    """Java for a value of a declared type."""
    simple = declared.split("<")[0].rsplit(".", 1)[-1].strip()
    if value is None:
        if declared in BOXES:
            raise Refused("there is no null of it")
        return "null"
    box = BOXES.get(declared, simple)
    if declared.endswith("[]"):
        if not isinstance(value, (list, tuple)):
            raise Refused("it takes a list")
        return f"new {declared} {{{', '.join(java(item, declared[:-2].strip()) for item in value)}}}"
    if box in BITS:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or value % 1:
            raise Refused("it takes a whole number")
        if not fits(value, BITS[box]):
            raise Refused(f"it has {BITS[box]} bits")
        return f"{int(value)}L" if box == "Long" else f"({box.lower()}) {int(value)}" if BITS[box] < 32 else str(int(value))
    if box in ("Float", "Double"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Refused("it takes a number")
        try:
            number = float(value)
        except OverflowError:
            raise Refused("it is too large") from None
        if number != number:
            return f"{box}.NaN"
        if number in (float("inf"), float("-inf")):
            return f"{box}.{'POSITIVE' if number > 0 else 'NEGATIVE'}_INFINITY"
        return f"{number!r}{'f' if box == 'Float' else ''}"
    if box == "Boolean":
        if not isinstance(value, bool):
            raise Refused("it takes true or false")
        return text_of(value)
    if box == "Character":
        if not isinstance(value, str) or len(value) != 1 or ord(value) > 0xffff:
            raise Refused("it takes one character")
        return f"{quoted(value)}.charAt(0)"
    if isinstance(value, (list, tuple)) and simple in ("List", "Collection", "Iterable", "Set", "var", "Object"):
        item = arguments(declared)[0] if "<" in declared else common_type(value)
        items = f"java.util.Arrays.<{item}>asList({', '.join(java(each, item) for each in value) if value != [None] else f'({item}) null'})"
        return (f"java.util.Collections.unmodifiableSet(new java.util.LinkedHashSet<>({items}))" if simple == "Set"
                else f"java.util.Collections.unmodifiableList({items})")
    if isinstance(value, dict) and simple in ("Map", "SequencedMap", "var", "Object"):
        key, item = arguments(declared) if "<" in declared else (common_type(value), common_type(value.values()))
        puts = "".join(f" put({java(k, key)}, {java(v, item)});" for k, v in value.items())
        # In the order of the parameter, and None is a value like others.
        return f"java.util.Collections.unmodifiable{'Sequenced' * (simple == 'SequencedMap')}Map(" \
               f"new java.util.LinkedHashMap<{key}, {item}>() {{{{{puts} }}}})"
    if isinstance(value, (list, tuple, dict)):
        raise Refused("papermill's lists and maps are a List, a Set, a Map or an array in Java")
    if box in PARSED:
        return PARSED[box] % quoted(text_of(value))
    if simple in ("var", "Object", "Comparable", "Number"):
        return java(value, own_type(value))
    if simple in ("String", "CharSequence"):
        return quoted(text_of(value))
    raise Refused("papermill has numbers, text, booleans, dates, lists and maps")


class JavaTranslator(Translator):
    """
    Writes parameters as declarations of Java. JShell lets a later declaration replace an earlier one, and one of the
    same type leaves what the notebook computes with it as its author meant it.
    """

    # The types that the cell of parameters declares; papermill has it inspected before it asks for the new one.
    declared = {}

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        declared, cls.declared = cls.declared, {}
        lines = [cls.comment(comment)]
        for name, value in parameters.items():
            lines.append(cls.declaration(name, value, declared.get(name, "var")))
        for name in list(parameters):
            parameters[name] = plain(parameters[name])
        return "\n".join(lines) + "\n"

    @classmethod
    def declaration(cls, name, value, declared):
        if not NAME.fullmatch(name) or name in RESERVED:
            near = re.sub(r"\W", "_", name) if name not in RESERVED else name + "_"
            raise PapermillException(
                f"The parameter {name} cannot be a variable of Java: call it {near if NAME.fullmatch(near) else '_' + near}.")
        try:
            code = java(value, declared)
        except Refused as e:
            raise PapermillException(f"The parameter {name} is declared as {declared}, and {value!r} is none: {e}.") from None
        if declared == "var" and value is None:
            declared = "Object"
        return f"{declared} {name} = {code};"

    @classmethod
    def translate(cls, val):
        return java(val, "var")

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def inspect(cls, parameters_cell):
        found = [Parameter(m["name"], m["type"], m["value"], m["help"] or "")
                 for m in DECLARATION.finditer(parameters_cell["source"])]
        cls.declared = {parameter.name: parameter.inferred_type_name.strip() for parameter in found}
        return found


papermill_translators.register("java", JavaTranslator)


class Engine(NBClientEngine):
    """papermill's own engine; being loaded is all that is asked of it."""
