"""Parameters that papermill writes into notebooks in Java, run by papermill itself."""

import datetime
import pathlib
import re
import sys
import tempfile
import unittest

import nbformat
import papermill
from nbformat.v4 import new_code_cell, new_notebook
from papermill.exceptions import PapermillException, PapermillExecutionError

from session import KERNEL

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "main" / "python"))
from schedbook.papermill import JavaTranslator  # noqa: E402

DAY = datetime.date(2026, 11, 27)

# What is declared, what is given, an expression of it, and its value.
TYPED = [
    ("double d1 = 1.5;", 6, "d1 / 4", "1.5"),
    ("Double d2 = 1.5;", 6, "d2 / 4", "1.5"),
    ("float d3 = 1.5f;", 0.5, "d3 / 4", "0.125"),
    ("long n1 = 1L;", 7, "n1 * 2_000_000_000", "14000000000"),
    ("Long n2 = 1L;", None, "n2", "null"),
    ("int n3 = 1;", 3.0, "n3", "3"),
    ("short n4 = 1;", 7, "n4 + 1", "8"),
    ("String s1 = \"fifo\";", None, "s1 == null ? 0 : s1.length()", "0"),
    ("String s2 = \"fifo\";", 7, "s2.length()", "1"),
    ("String s3 = \"a\";", "é\"\\\n\t😀", "s3", "é\"\\\n\t😀"),
    ("boolean b1 = true;", False, "!b1", "true"),
    ("char c1 = 'x';", "y", "c1", "y"),
    ("java.math.BigInteger i1 = java.math.BigInteger.ONE;", 2**70, "i1", str(2**70)),
    ("java.time.LocalDate t1 = java.time.LocalDate.MIN;", DAY, "t1.plusDays(1)", "2026-11-28"),
    ("java.time.LocalDate t2 = java.time.LocalDate.MIN;", "2026-11-27", "t2.getDayOfYear()", "331"),
    ("String t3 = \"\";", DAY, "t3", "2026-11-27"),
    ("List<Integer> l1 = List.of();", [1, 2], "l1.get(0) + l1.get(1)", "3"),
    ("List<Double> l2 = List.of();", [1, 2.5], "l2", "[1.0, 2.5]"),
    ("List<String> l3 = List.of();", ["a", None], "l3", "[a, null]"),
    ("List<String> l4 = List.of();", [None], "l4", "[null]"),
    ("List<List<Long>> l5 = List.of();", [[1], []], "l5", "[[1], []]"),
    ("int[] a1 = {};", [1, 2], "a1[1]", "2"),
    ("double[][] a2 = {};", [[1], [2, 3]], "a2[1][1]", "3.0"),
    ("Set<String> e1 = Set.of();", ["b", "a"], "e1", "[b, a]"),
    ("Map<String, Double> m1 = Map.of();", {"b": 1, "a": None}, "m1", "{b=1.0, a=null}"),
    ("Map<Integer, String> m2 = Map.of();", {1: "x"}, "m2.get(1)", "x"),
    ("var v1 = 1.5;", 6, "v1 / 4", "1.5"),
    ("var v2 = List.of(1.0, .5);", [1, 2], "v2.get(0) / 4", "0.25"),
    ("var v3 = 1L;", 7, "v3 * 2_000_000_000", "14000000000"),
    ("var v4 = 1;", 6, "v4 / 4", "1"),
    ("String o1 = \"a; b, c = 1\"; double o2 = 1.5;", 6, "o2 / 4", "1.5"),
    ("double o3 = 1, o4 = Math.max(1, 2) /* ; */;", 6, "o4 / 4", "1.5"),
    ("static final double o5 = 3;", 8, "o5 / 5", "1.6"),
    ("int twice(int x) { return 2 * x; } double o10 = 2;", 3, "twice(2) * o10 / 8", "1.5"),
    ("int[] o6 = {1, 2}, o7 = {3};", [4, 5], "o7[1]", "5"),
    ("Map<String, Double> o8 = new HashMap<String, Double>();", {"b": 1}, "o8", "{b=1.0}"),
    ("%lsmagic\ndouble w1 = 1.5;", 6, "w1 / 4", "1.5"),
    ("@Deprecated double w2 = 1.5;", 6, "w2 / 4", "1.5"),
    ("@SuppressWarnings({\"a; b\"}) double w3 = 1.5;", 6, "w3 / 4", "1.5"),
    ("double $w = 1.5;", 6, "$w / 4", "1.5"),
    ("double größe = 1.5;", 6, "größe / 4", "1.5"),
    ("double w4[] = {};", [6], "w4[0] / 4", "1.5"),
    ("double w5; w5 = 1.5;", 6, "w5 / 4", "1.5"),
    ("var u1 = 1.5f;", 6, "u1 / 4", "1.5"),
    ("var u2 = 1.0/3;", 6, "u2 / 4", "1.5"),
    ("var u3 = (double) 1;", 6, "u3 / 4", "1.5"),
    ("var u4 = Math.PI;", 6, "u4 / 4", "1.5"),
    ("var u5 = Double.valueOf(1.5);", 6, "u5 / 4", "1.5"),
    ("var u6 = 1.5 * 2;", 6, "u6 / 4", "1.5"),
    ("var u7 = 0x1.8p1;", 6, "u7 / 4", "1.5"),
    ("var u8 = Long.MAX_VALUE;", 7, "u8 * 2_000_000_000", "14000000000"),
    ("var u9 = 1_000L * 5;", 7, "u9 * 2_000_000_000", "14000000000"),
    ("var u10 = Map.of(\"a\", 1.5);", {"b": 6}, "u10.get(\"b\") / 4", "1.5"),
    ("var u11 = Set.of(1.5);", [6, 6], "u11", "[6.0]"),
    ("var u12 = List.of(List.of(1L));", [[7]], "u12.get(0).get(0) * 2_000_000_000", "14000000000"),
    ("var u13 = \"fifo\";", 7, "u13.length()", "1"),
    ("var u14 = java.time.Duration.ofSeconds(1);", "PT2S", "u14.toMillis()", "2000"),
    ("var u15 = new double[] {1.5};", [6], "u15[0] / 4", "1.5"),
    ("var u16 = 'x';", "y", "u16", "y"),
    ("java.util.concurrent.TimeUnit o9 = java.util.concurrent.TimeUnit.DAYS;", "HOURS", "o9.toMinutes(1)", "60"),
    ("double unended = 1.5 // and nothing behind it", 6, "unended / 4", "1.5"),
]

UNTYPED = [
    (7, "7"), (2**40, str(2**40)), (2**70, str(2**70)), (-(2**31), str(-(2**31))), (1.0, "1.0"), (True, "true"),
    (None, "null"), ("x", "x"), ([1, 2**40], f"[1, {2**40}]"), ([1, None], "[1, null]"), ([], "[]"), ({}, "{}"),
    ({"c": None, "b": [1]}, "{c=null, b=[1]}"), ({1: "x"}, "{1=x}"), (DAY, "2026-11-27"),
    (datetime.datetime(2026, 11, 27, 1, 2, 3), "2026-11-27T01:02:03"), (float("nan"), "NaN"),
    ([1, "a", None, [2.5]], "[1, a, null, [2.5]]"),
]

REFUSED = [
    ("int a = 1;", {"a": 6.5}, "is declared as int, and 6.5 is none: it takes a whole number"),
    ("int a = 1;", {"a": 2**31}, "32 bits"),
    ("int a = 1;", {"a": None}, "no null"),
    ("var a = 1;", {"a": 2.5}, "whole number"),
    ("var a = List.of(1.5, 2);", {"a": [3]}, "declare a with its type, such as List<Double>"),
    ("var a = new HashMap<String, Double>();", {"a": {"b": 3}}, "such as Map<String, Double>"),
    ("long a = 1;", {"a": 2**63}, "64 bits"),
    ("boolean a = true;", {"a": 1}, "true or false"),
    ("double a = 1;", {"a": "x"}, "takes a number"),
    ("List<Integer> a = List.of();", {"a": [1.5]}, "whole number"),
    ("int[] a = {};", {"a": 1}, "takes a list"),
    ("String a = \"\";", {"a": [1]}, "a List, a Set, a Map or an array"),
    ("", {"learning-rate": 1}, "learning-rate cannot be a variable of Java: call it learning_rate"),
    ("", {"class": 1}, "call it class_"),
    ("", {"2x": 1}, "call it _2x"),
]


class PapermillTest(unittest.TestCase):

    def execute(self, cell, parameters, *sources):
        cells = [new_code_cell(cell, metadata={"tags": ["parameters"]})] if cell else []
        lesson = new_notebook(
            cells=cells + [new_code_cell(source) for source in sources],
            metadata={"kernelspec": {"name": KERNEL, "display_name": "Schedbook", "language": "java"}})
        with tempfile.TemporaryDirectory() as directory:
            source, target = pathlib.Path(directory, "in.ipynb"), pathlib.Path(directory, "out.ipynb")
            nbformat.write(lesson, source)
            papermill.execute_notebook(str(source), str(target), parameters=parameters, cwd=directory, progress_bar=False)
            return [[o["data"]["text/plain"] for o in c.get("outputs", []) if "data" in o]
                    for c in nbformat.read(target, 4).cells[len(cells) + 1:]]

    def test_a_parameter_has_the_type_that_its_cell_declares(self):
        names = [re.findall(r"([\w$]+)(?:\[])? = ", declaration)[-1] for declaration, *_ in TYPED]
        shown = self.execute(
            "\n".join(declaration for declaration, *_ in TYPED),
            {name: value for name, (_, value, _, _) in zip(names, TYPED)},
            *(expression for _, _, expression, _ in TYPED))
        for (declaration, value, expression, expected), outputs in zip(TYPED, shown):
            with self.subTest(declaration, value=value, expression=expression):
                self.assertEqual([expected], outputs)

    def test_a_value_that_is_none_of_the_type_of_a_var_is_an_error(self):
        for default, value in (("1.5 + 1", "x"), ("1 + 1", 2.5)):
            with self.subTest(default, value=value), self.assertRaises(PapermillExecutionError) as raised:
                self.execute(f"var a = {default};", {"a": value}, "a")
            self.assertIn("cannot be converted" if value != 2.5 else "possible lossy conversion", raised.exception.evalue)
            self.assertIn("declare a with its type", str(raised.exception))

    def test_a_parameter_that_nothing_declares_has_a_type_of_its_own(self):
        shown = self.execute("", {f"p{i}": value for i, (value, _) in enumerate(UNTYPED)},
                             *(f"p{i}" for i in range(len(UNTYPED))))
        for (value, expected), outputs in zip(UNTYPED, shown):
            with self.subTest(value=value):
                self.assertEqual([expected], outputs)

    def test_a_value_that_is_none_of_the_type_and_a_name_that_is_none_are_said(self):
        for cell, parameters, words in REFUSED:
            with self.subTest(cell, parameters=parameters):
                JavaTranslator.inspect({"source": cell})
                with self.assertRaises(PapermillException) as raised:
                    JavaTranslator.codify(parameters)
                self.assertIn(words, str(raised.exception))


if __name__ == "__main__":
    unittest.main()
