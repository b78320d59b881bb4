"""Parameters for notebooks in Java: papermill knows many languages, and Java is not one of them."""

import datetime
import json
import re

from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

# Comments, literals and magics, in which punctuation means nothing to Java.
OPAQUE = re.compile(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/|^[ \t]*%[^\n]*',
                    re.DOTALL | re.MULTILINE)

NAME = re.compile(r"(?!\d)[\w$]+")

MODIFIERS = r"(?:(?:final|static|public|private|protected|volatile|transient)\s+" \
            r"|@[\w$.]+(?:\s*\((?:[^()]|\([^()]*\))*\)|(?!\s*\())\s*)*"

DIMENSIONS = r"(?:\s*\[\s*\])*"

TYPE = re.compile(rf"{MODIFIERS}(?P<type>(?!\d)[\w$.]+(?:\s*<[\w$.<>\[\],?&@\s]*>)?{DIMENSIONS})(?:\s+|(?<=[\]>]))"
                  rf"(?={NAME.pattern}{DIMENSIONS}\s*(?:[=,]|\Z))")

DECLARATOR = re.compile(rf"\s*(?P<name>{NAME.pattern})(?P<dimensions>{DIMENSIONS})\s*(?:=\s*(?P<value>.+))?", re.DOTALL)

# Behind a brace that ends an expression and no block.
GOES_ON = re.compile(r"\s*[,;.)]")

# The type of a value as its own words tell it; for any other the compiler is asked.
LITERALS = (
    (r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"', "String"),
    (r"'(?:\\.[0-7]*|\\u+[0-9a-fA-F]{4}|[^'\\\n])'", "char"),
    (r"true|false", "boolean"),
    (r"[-+]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|\d[\d_]*)", "int"),
    (r"[-+]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|\d[\d_]*)[lL]", "long"),
    (r"[-+]?(?:(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?[\d_]+)?|0[xX][\da-fA-F_]*\.?[\da-fA-F_]*[pP][-+]?[\d_]+)[fF]", "float"),
    (r"[-+]?(?:(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)(?:[eE][-+]?[\d_]+)?[dD]?|\d[\d_]*(?:[eE][-+]?[\d_]+[dD]?|[dD])"
     r"|0[xX][\da-fA-F_]*\.?[\da-fA-F_]*[pP][-+]?[\d_]+[dD]?)", "double"),
)

# A class that makes one of its own.
FACTORY = re.compile(
    r"(?P<new>new\s+)?(?P<type>(?:[a-z]\w*\.)*[A-Z]\w*)(?(new)|\.(?:valueOf|parse|now|of\w*))\s*\([^()]*\)")

COLLECTION = re.compile(r"(?:java\.util\.)?(?P<kind>List\.of|Set\.of|Map\.of|Arrays\.asList)\s*\((?P<items>.+)\)", re.DOTALL)

ARRAY = re.compile(r"new\s+(?P<type>[\w.]+)(?P<dimensions>(?:\s*\[[^\[\]]*\])+)\s*(?:\{.*\})?", re.DOTALL)

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


def blank(source):
    """Java in which literals are zeros, and comments and magics are spaces, each as long as it was."""
    text, at = "", 0
    while found := OPAQUE.search(source, at):
        text += source[at:found.start()]
        at = found.end()
        if found[0].lstrip().startswith("%") and text.rstrip()[-1:] not in ("", ";", "{", "}"):
            at = found.start() + found[0].index("%") + 1  # of a division that goes on in this line
            text += source[found.start():at]
        elif found[0][0] in "\"'":
            text += "0" * len(found[0])
        else:
            text += re.sub(r"[^\n]", " ", found[0])
    return text + source[at:]


def declarations(source):
    """The variables that a cell declares: type, name, value and the comment behind it, each as typed."""
    bare = blank(source)
    types = {}
    for start, end in pieces(bare, ";"):
        start += len(bare[start:end]) - len(bare[start:end].lstrip())
        end = start + len(bare[start:end].rstrip())
        declared = TYPE.match(bare, start, end)
        if declared and declared["type"] in RESERVED - BOXES.keys():
            continue
        comment = re.match(r"[^\S\n]*;?[^\S\n]*//[^\S\n]*(.*)", source[end:])
        found = []
        for first, last in pieces(bare, ",", declared.end() if declared else start, end):
            each = DECLARATOR.fullmatch(bare, first, last)
            generic = found and bare.count("<", *found[-1]) > bare.count(">", *found[-1])
            if each and (each["value"] or not generic) and not (each["value"] or "").startswith("="):
                found.append([first, last])
            elif found:
                found[-1][1] = last  # a comma of what is generic
        for first, last in found:
            each = DECLARATOR.fullmatch(bare, first, last)
            name, value = each["name"], source[each.start("value"):last].strip() if each["value"] else ""
            if declared:
                types[name] = re.sub(r"@[\w$.]+\s*", "", declared["type"]) + re.sub(r"\s", "", each["dimensions"])
                if types[name] == "var":
                    types[name] = type_of(value) or "var"
            if declared or value:
                # What is only set here has been declared before.
                yield types.get(name, "var"), name, value, comment[1] if comment else ""


def type_of(value):
    """The type of an expression if it tells it by itself, else None."""
    value = OPAQUE.sub(lambda m: " " if m[0].startswith("/") else m[0], value).strip()
    for pattern, kind in LITERALS:
        if re.fullmatch(pattern, value):
            return kind
    bare = blank(value)
    if (made := FACTORY.fullmatch(bare)) and made["type"].rsplit(".", 1)[-1] in {"String", *PARSED, *BOXES.values()}:
        return made["type"]
    if made := ARRAY.fullmatch(bare):
        return made["type"] + "[]" * made["dimensions"].count("[")
    if made := COLLECTION.fullmatch(bare):
        items = [type_of(value[start:end]) for start, end in pieces(bare, ",", made.start("items"), made.end("items"))]
        kind = made["kind"].split(".")[0].replace("Arrays", "List")
        sides = [items[::2], items[1::2]] if kind == "Map" else [items]
        if all(len(set(side)) == 1 and side[0] for side in sides):
            return f"java.util.{kind}<{', '.join(BOXES.get(side[0], side[0]) for side in sides)}>"
    return None


def pieces(bare, separator, start=0, end=None):
    """What stands between separators that are in no brackets, as places."""
    end = len(bare) if end is None else end
    depth = 0
    for at in range(start, end):
        c = bare[at]
        depth += (c in "([{") - (c in ")]}")
        block = separator == ";" and c == "}" and not GOES_ON.match(bare, at + 1)
        if depth == 0 and (c == separator or block):
            yield start, at
            start = at + 1
    yield start, end


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

    # The types and defaults that the cell of parameters declares; papermill has it inspected before it asks for the new one.
    declared = {}

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        declared, cls.declared = cls.declared, {}
        lines = [cls.comment(comment)]
        for name, value in parameters.items():
            lines.append(cls.declaration(name, value, declared.get(name, ("var", ""))))
        for name in list(parameters):
            parameters[name] = plain(parameters[name])
        return "\n".join(lines) + "\n"

    @classmethod
    def declaration(cls, name, value, declared):
        if not NAME.fullmatch(name) or name in RESERVED:
            near = re.sub(r"\W", "_", name) if name not in RESERVED else name + "_"
            raise PapermillException(
                f"The parameter {name} cannot be a variable of Java: call it {near if NAME.fullmatch(near) else '_' + near}.")
        declared, default = declared
        kept = declared == "var" and default
        if kept and isinstance(value, (list, tuple, dict)):
            raise PapermillException(
                f"The parameter {name} is a var, and its default does not tell the type of what is in it: declare {name} "
                f"with its type, such as {'Map<String, Double>' if isinstance(value, dict) else 'List<Double>'}.")
        try:
            constant = re.fullmatch(rf"(?:{re.escape(declared)}\.)\w+", default)
            code = f"{declared}.{value}" if constant and isinstance(value, str) and NAME.fullmatch(value) \
                else java(value, declared)
        except Refused as e:
            raise PapermillException(f"The parameter {name} is declared as {declared}, and {value!r} is none: {e}.") from None
        if kept:
            # The compiler knows the type, and refuses a value of another.
            return f"{name} = {code}; // If the type of the var {name} is another, declare {name} with its type."
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
        found = [Parameter(name, kind, value, comment)
                 for kind, name, value, comment in declarations(parameters_cell["source"])]
        cls.declared = {each.name: (each.inferred_type_name, each.default) for each in found}
        return found


papermill_translators.register("java", JavaTranslator)


class Engine(NBClientEngine):
    """papermill's own engine; being loaded is all that is asked of it."""
