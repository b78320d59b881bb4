"""Cells of Java, as a real client sees them: what runs, what fails and how, what is shown and when."""

import time
import unittest

from session import TIMEOUT, Session, environment

LONG = {
    "a string": 'String data = "%s";' % ("x" * 70_000),
    "a text block": 'String data = """\n%s""";' % ("x" * 70_000),
    "characters of three bytes": 'String data = "%s";' % ("書" * 33_000),
    "strings joined": 'System.out.println("%s" + "%s");' % ("y" * 40_000, "z" * 40_000),
    "in a method": 'String longer() { return "%s"; }' % ("y" * 70_000),
    "in a class": 'class Longer { String s = "%s"; }' % ("y" * 70_000),
    "in a record": 'record Longer(int i) { static final String S = "%s"; }' % ("y" * 70_000),
    "in a lambda": 'Runnable r = () -> System.out.println("%s");' % ("y" * 70_000),
    "as a value": '"%s"' % ("y" * 70_000),
}


class CellTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.session = Session(env=environment())

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    def run_cell(self, code, **options):
        return self.session.collect(self.session.kc.execute(code, allow_stdin=False, **options))

    def ok(self, code, **options):
        cell = self.run_cell(code, **options)
        self.assertEqual("ok", cell.reply["status"], (code[:100], cell.reply))
        return cell

    def fails(self, code, ename, evalue):
        cell = self.run_cell(code)
        self.assertEqual("error", cell.reply["status"], code[:100])
        self.assertEqual(ename, cell.reply["ename"], cell.reply)
        self.assertIn(evalue, cell.reply["evalue"])
        return cell

    def interrupt_after(self, code, seconds):
        msg_id = self.session.kc.execute(code)
        time.sleep(seconds)
        start = time.monotonic()
        self.session.km.interrupt_kernel()
        return self.session.collect(msg_id, 10), time.monotonic() - start

    @staticmethod
    def text(cell, name="stdout"):
        return "".join(s["text"] for s in cell.of("stream") if s["name"] == name)


class NothingSucceedsThatDidNotRunTest(CellTest):

    def test_a_constant_that_is_too_long_fails_its_cell_and_no_other(self):
        self.ok("int kept = 42;")
        for what, code in LONG.items():
            with self.subTest(what):
                cell = self.fails(code, "CompilationException", "too long")
                self.assertIn("65,535 bytes", "".join(cell.reply["traceback"]))
                self.assertLess(len("".join(cell.reply["traceback"])), 5_000)
                self.assertEqual("43", self.ok("kept + 1").shown())
                self.fails('throw new RuntimeException("must fail");', "RuntimeException", "must fail")
                self.fails("%attach nosuch", "CellError", "nosuch")

    def test_a_constant_just_short_enough_is_fine(self):
        self.assertEqual("65530", self.ok('"%s".length()' % ("x" * 65_530)).shown())

    def test_an_error_without_a_place_shows_the_compilers_words(self):
        enum = "enum Many { %s }" % ", ".join(f"E{i}" for i in range(6_000))
        for code, words in {"record Twice(int a, int a) {}": "already defined", enum: "code too large"}.items():
            cell = self.fails(code, "CompilationException", words)
            self.assertIn(words, "".join(cell.reply["traceback"]))

    def test_what_the_compiler_cannot_take_fails_and_says_so(self):
        for code in ("+".join(["1"] * 12_000), "(" * 6_000 + "1" + ")" * 6_000):
            cell = self.fails(code, "CellError", "nested too deeply for the compiler")
            self.assertEqual("", self.text(cell, "stderr"))
            self.assertEqual("2", self.ok("1 + 1").shown())

    def test_what_the_machine_cannot_take_fails_under_its_own_name(self):
        cell = self.fails("int deep(int n) { return deep(n + 1) + 1; }\ndeep(0)", "StackOverflowError", "")
        self.assertLess(len(cell.reply["traceback"]), 60)
        self.fails("new long[Integer.MAX_VALUE]", "OutOfMemoryError", "array size")
        self.fails('class Bad { static int x = 1 / 0; }\nBad.x', "ExceptionInInitializerError", "")
        self.fails("Bad.x", "NoClassDefFoundError", "Bad")
        self.assertEqual("2", self.ok("1 + 1").shown())


class TextTest(CellTest):
    """What is not a magic reaches Java as it is typed, and what is one the magic."""

    def test_text_that_looks_like_a_magic_is_text(self):
        for code, value in (
                ('String t = """\nratio=%d\n%lsmagic\n%%policy x\n""";\nt', "ratio=%d\n%lsmagic\n%%policy x\n"),
                ("""'"' + String.format("x=%d", 5) + '"'""", '"x=5"'),
                ("""char q = '"'; "k=%s".formatted(1)""", "k=1"),
                ("/*\n x = %lsmagic */ 2", "2"),
                ("int total = 17, wait = 5;\nint r = total\n  %wait;\nr", "2")):
            self.assertEqual(value, self.ok(code).shown())

    def test_a_cell_magic_may_follow_blanks_and_comments(self):
        for before in ("\n \n", "// mine\n", "/* %%sim\n */\n", "\ufeff", "\u00a0", "\u200b\n"):
            self.assertEqual("5", self.ok(before + "%%time\n2 + 3").of("execute_result")[0]["data"]["text/plain"])
        cell = self.fails("int a = 1;\n%%policy x\nclass A {}", "UsageError", "%%policy on line 2 is not the first thing")
        self.assertIn("a cell of their own", cell.shown())

    def test_a_blank_that_java_does_not_know_separates_words(self):
        self.fails("%use\u00a0nosuch", "CellError", "nosuch")
        self.assertIn("Usage: %lsmagic", self.ok("\ufeff%lsmagic?").shown())
        self.assertIn("Usage: %lsmagic", self.ok("\u00a0%lsmagic\u00a0--help").shown())

    def test_java_behind_time_is_java(self):
        self.ok('String hi = "var"; String who(String x) { return "got " + x; }')
        for java, value in (('who("hi")', "got hi"), ('"a  b {hi}"', "a  b {hi}"), ("'x'", "x"), ('"hi"', "hi")):
            with self.subTest(java):
                self.assertEqual(value, self.ok(f"%time {java}").of("execute_result")[0]["data"]["text/plain"])

    def test_a_magic_may_go_on_in_the_next_line(self):
        self.assertIn("3 CPUs", self.ok("%target sim \\\n  --cpus 3\n").shown())

    def test_a_magic_in_the_wrong_place_says_what_its_place_is(self):
        for cell in ("int z = 1; %target", "% target", "if (true) { %target }"):
            with self.subTest(cell):
                self.assertIn("%target is a magic where", "".join(self.run_cell(cell).reply["traceback"]))

    def test_a_magic_of_the_kernel_below_that_fails_says_so_without_a_trace(self):
        cell = self.fails("%load /nope", "CellError", "%load failed: ")
        self.assertNotIn("\tat ", "".join(cell.reply["traceback"]))

    def test_names_in_braces(self):
        self.ok('String known = "nosuch1";')
        self.fails("%use {known}", "CellError", "nosuch1")
        self.fails('String here = "nosuch2";\n%use {here}', "CellError", "nosuch2")
        self.fails('for (String each : List.of("nosuch3")) {\n%use {each}\n}', "CellError", "nosuch3")
        cell = self.fails("%use {unheard}", "UsageError", "There is no variable unheard.")
        self.assertIn("^^^^^^^^^", cell.shown())
        self.assertIn("{{unheard}}", cell.shown())
        self.fails("%bench --command 'awk {print}' --nosuch", "UsageError", "--nosuch")

    def test_places_are_code_points(self):
        self.ok('String name9 = "x";')
        code = '"😀😀"; name9.len'
        reply = self.session.complete(code)
        self.assertEqual((["length()"], 12, 15),
                         (reply["matches"], reply["cursor_start"], reply["cursor_end"]))
        reply = self.session.complete("String s = \"😀\";\n%lsm")
        self.assertEqual((["%lsmagic"], 16, 20),
                         (reply["matches"], reply["cursor_start"], reply["cursor_end"]))
        self.assertIn("length", str(self.session.inspect('"😀😀"; name9.length()', 15)["data"]))
        self.assertIn("Usage: %lsmagic", str(self.session.inspect('String s = "😀";\n%lsmagic', 18)["data"]))
        self.assertEqual("error", self.session.complete("name9", 99)["status"])


OVERLOADS = """interface I { int a(int x); } interface L { long a(long x); }
static int m(I f) { return 1; } static long m(L f) { return 1; }
"""


def nested(count, inner, wrap):
    for i in range(count):
        inner = wrap(i, inner)
    return inner


class TabTest(CellTest):
    """Tab and Shift-Tab in cells of Java: they know the session, and no cell keeps them from an end."""

    def names(self, code):
        return self.session.complete(code)["matches"]

    def test_what_cells_declared_is_completed_and_explained(self):
        self.ok("import java.util.concurrent.atomic.*;\nint total9 = 1;\nvar counter9 = new AtomicLong();\n"
                "record Pair9(int left9, int right9) { }\nPair9 of9(int left) { return new Pair9(left, 0); }")
        self.assertEqual(["total9"], self.names("1 + total"))
        self.assertEqual(["incrementAndGet()"], self.names("counter9.inc"))
        self.assertEqual(["left9()"], self.names("of9(1).lef"))
        self.assertEqual(["of9("], self.names("%%time\nof9"))
        self.assertIn("Pair9 of9(int left)", str(self.session.inspect("of9(1)", 2)["data"]))
        self.ok("record Pair9(int left9, int upper9) { }\nlong total9 = 2;")
        self.assertEqual(["upper9()"], self.names("of9(1).upp"))
        self.assertEqual(["longValue()"], self.names("Long.valueOf(total9).longV"))

    def judged(self, code):
        return self.session.reply(self.session.kc.is_complete(code))["status"]

    def test_a_console_is_told_whether_a_cell_goes_on(self):
        for code, status in {
            "int a = 1;": "complete", "int a = 1": "complete", "for (;;) {": "incomplete", "/* a": "incomplete",
            "%lsmagic": "complete", "%%policy a": "incomplete", "%%policy a\n": "complete", "} int": "invalid"}.items():
            self.assertEqual(status, self.judged(code), code)

    def test_what_keeps_the_compiler_busy_for_ever_is_given_up(self):
        self.ok(OVERLOADS)
        for what, code in {
            "overloads of the cell": OVERLOADS + "var z = %s;" % nested(
                14, "x", lambda i, e: f"m(x{i} -> {e})" if i else "m(x0 -> x0)"),
            "overloads of an earlier cell": "var z = %s;" % nested(
                14, "x", lambda i, e: f"m(x{i} -> {e})" if i else "m(x0 -> x0)"),
            "types that double": "var g = %s;" % nested(13, "1", lambda i, e: f'List.of({e}, "a", {e})'),
            "constants that double": 'class K { static final String A0 = "%s";%s }' % (
                "x" * 16, "".join(f" static final String A{i + 1} = A{i} + A{i};" for i in range(30))),
            "many statements": "int a = 1;\n" * 20_000,
            "parentheses": "int p = " + "(" * 30_000 + "1" + ")" * 30_000 + ";",
        }.items():
            with self.subTest(what):
                code += "\nMath.ma"
                self.assertIn(self.session.complete(code)["status"], ("ok", "error"))
                self.assertIn(self.session.inspect(code, len(code) - 2)["status"], ("ok", "error"))
                self.assertIn(self.judged(code), ("complete", "incomplete", "invalid", "unknown"))
                self.assertEqual("42", self.ok("6 * 7").shown())
        self.assertEqual(["max("], self.names("Math.ma"))


class LostSessionTest(CellTest):

    def test_a_session_that_is_lost_is_said_in_each_cell_from_then_on(self):
        self.run_cell("((org.dflib.jjava.kernel.JavaKernel)"
                      " org.schedbook.jupyter.SchedbookKernel.notebookKernel()).getJShell().close();")
        for code in ("1 + 1", "int x;", "%lsmagic", 'throw new RuntimeException("x");'):
            cell = self.fails(code, "CellError", "session of this notebook is lost")
            self.assertIn("Restart the kernel", cell.shown())


class DeclarationTest(CellTest):

    def test_assertions_are_checked(self):
        self.fails("assert 1 == 2;", "AssertionError", "")
        self.ok("int twice(int x) { return 7; }")
        self.fails('assert twice(2) == 4 : "twice(2) is " + twice(2);', "AssertionError", "twice(2) is 7")
        self.fails("class Checked { void check() { assert false : 3; } }\nnew Checked().check();", "AssertionError", "3")
        self.ok("assert twice(1) == 7;")

    def test_a_changed_type_says_which_variables_it_reset(self):
        for kind, first, second in (
                ("class", "class T { }", "class T { int i; }"),
                ("record", "record T() { }", "record T() { int i() { return 1; } }"),
                ("interface", "interface T { }", "interface T { int i(); }"),
                ("enum", "enum T { A }", "enum T { A, B }")):
            with self.subTest(kind):
                self.assertEqual("", self.ok(first + "\nint other = 5;\nT one = null;\nvar two = new T[1];\nList<T> all = new ArrayList<>();").shown())
                self.assertEqual("", self.ok(first).shown())  # the same again is harmless
                self.assertEqual(
                    kind + " T changed: one and all were reset, two is gone. Run the cell that sets them again.",
                    self.ok(second).shown())
                self.assertEqual("null", self.ok("all").shown())
                self.assertEqual("5", self.ok("other").shown())

    def test_a_variable_that_the_cell_sets_again_is_not_called_reset(self):
        self.ok("class U { }\nint count;\nvar us = new ArrayList<U>();\nU u = new U();")
        self.assertEqual("", self.ok("class U { int i; }\nvar us = new ArrayList<U>();\nu = new U();").shown())

    def test_a_declaration_says_what_it_waits_for(self):
        for code, what, missing, use in (
                ("int g1() { return undefinedThing + 1; }", "method g1()", "variable undefinedThing", "g1()"),
                ("record R1(Nope n) {}", "record R1", "class Nope", "new R1(null)"),
                ("class A1 { Missing m; }", "class A1", "class Missing", "new A1()"),
                ("interface I1 extends Absent { }", "interface I1", "class Absent", "I1 i1 = null;"),
                ("<T extends Lacking> T gen(T x) { return x; }", "method gen(T)", "class Lacking", "gen(null)"),
                ("int h9(int x) throws MyErr { return x; }", "method h9(int)", "class MyErr", "h9(1)"),
                ("int[] gridOf(Grid g) { return null; }", "method gridOf(Grid)", "class Grid", "gridOf(null)"),
                ("Knot first;", "variable first", "class Knot", "first")):
            with self.subTest(code):
                waits = f"{what} is declared, and can be used once {missing} is."
                self.assertEqual(waits, self.ok(code).shown())
                cell = self.run_cell(use)
                self.assertEqual("error", cell.reply["status"])
                self.assertIn(waits, "\n".join(cell.reply["traceback"]))
        self.assertEqual("", self.ok("int undefinedThing = 8;").shown())
        self.assertEqual("9", self.ok("g1()").shown())

    def test_static_fields_of_a_type_that_waits_cannot_be_used(self):
        for n, (code, use, value) in enumerate((
                ("class Config { static int runs = 10; static int warm = runz / 2; }", "Config.runs * 3", "30"),
                ("class Names { static List<String> all = new ArrayList<>(); int n = runz; }", "Names.all", "[]"),
                ("record Pair(int a) { static int n = runz; }", "Pair.n", "4"),
                ("enum Mode { A, B; static int n = runz; }", "Mode.n", "4"),
                ("interface Limits { int N = runz; }", "Limits.N", "4"),
                ("class Counter { static int n; static int m = runz; }", "Counter.n++", "0"),
                ("class Inner { static class In { static int n = 5; } int m = runz; }", "Inner.In.n", "5"),
                ("class Far { static int n = runz; }\nint far() { return Far.n; }", "far()", "4"))):
            with self.subTest(code):
                said = self.ok(code.replace("runz", f"runz{n}")).shown()
                self.assertIn(f"can be used once variable runz{n} is.", said)
                for _ in range(2):
                    self.assertIn(said, "\n".join(self.run_cell(use).reply["traceback"]))
                self.ok(f"int runz{n} = 4;")
                self.assertEqual(value, self.ok(use).shown())

    def test_what_a_change_makes_useless_is_said_with_the_reason(self):
        for first, changed, use, what in (
                ("int f4(int x) { return x; }\nint g4(int x) { return f4(x) + 1; }", "long f4(int x) { return x; }",
                 "g4(3)", "method g4(int) no longer compiles: incompatible types"),
                ("class B4 { int a; }\nint h4(B4 b) { return b.a; }", "class B4 { long a; }", "h4(null)",
                 "method h4(B4) no longer compiles: incompatible types")):
            with self.subTest(changed):
                self.assertEqual("", self.ok(first).shown())
                self.assertIn(what, self.ok(changed).shown())
                cell = self.run_cell(use)
                self.assertEqual("error", cell.reply["status"])
                self.assertIn(what, "\n".join(cell.reply["traceback"]))
                self.assertNotIn(" once  are", "\n".join(cell.reply["traceback"]))

    def test_what_waited_and_is_broken_when_that_comes_is_said_with_the_reason(self):
        self.ok("class Lst extends Bass { int z() { return 1; } }")
        self.ok("abstract class Bass { abstract int q(); }")
        self.assertIn("class Lst no longer compiles: ", "".join(self.run_cell("new Lst()").reply["traceback"]))

    def test_a_record_whose_constructor_is_not_public_says_what_to_write(self):
        cell = self.run_cell("record Pt(int x) { Pt { assert x > 0; } }")
        self.assertIn("write public before the constructor", "".join(cell.reply["traceback"]))
        self.ok("record Pt(int x) { public Pt { assert x > 0; } }")

    def test_declarations_that_wait_for_each_other_in_one_cell_say_nothing(self):
        self.assertEqual("1", self.ok("int ping() { return pong(); }\nint pong() { return 1; }\nping()").shown())

    def test_an_expression_that_is_null_shows_it_and_a_statement_nothing(self):
        self.assertEqual("null", self.ok("String none = null;\nnone").shown())
        self.assertEqual("null", self.ok('new HashMap<String, String>().put("a", "b")').shown())
        for code in ("none = null;", "String other;", "System.gc();", "%lsmagic?"):
            self.assertNotIn("null", self.ok(code).shown())


class ErrorTest(CellTest):

    def test_exceptions_have_their_own_names_and_messages(self):
        self.fails('throw new IllegalStateException("x");', "IllegalStateException", "x")
        self.fails("int[] none = {};\nnone[3]", "ArrayIndexOutOfBoundsException", "Index 3 out of bounds for length 0")
        self.fails("throw new RuntimeException();", "RuntimeException", "")
        self.fails('java.nio.file.Files.readString(java.nio.file.Path.of("/nosuch"))', "NoSuchFileException", "/nosuch")
        cell = self.fails('String s = null;\ns.length()', "NullPointerException", 'because "s" is null')
        self.assertNotIn("REPL", "".join(cell.reply["traceback"]))

    def test_an_error_in_source_with_a_word_twice_is_answered(self):
        for code in ("1 1 1", "int i = 1; int j = i + i + nosuch;", "String s = (String) 1;"):
            cell = self.run_cell(code)
            self.assertEqual("CompilationException", cell.reply["ename"], code)
            self.assertNotIn("\\u{", "".join(cell.reply["traceback"]), "colours are not written out")

    def test_what_does_not_compile_says_where_for_an_editor(self):
        for code, marks in {
            "int a = 1;\n\n// more\nint b = a +\n    nosuch * 2;": [(5, 5, 6)],
            "// 😀\nString s = \"😀\" + nosuch + \"\"": [(2, 19, 6)],
            "%lsmagic\nint c = nosuch; int d = 2;": [(2, 9, 6)],
            "int e = 1; Object v = e + %lsmagic": [(1, 27, 1)],  # no magic there
            "void f() {\n  int g = 1.5;\n  String h = 1;\n}": [(2, 11, 3), (3, 14, 1)],
            "Object o = %lsmagic\nint p = o;": [(2, 9, 1)],
            "1 / 0": [],
        }.items():
            with self.subTest(code):
                cell = self.run_cell(code)
                self.assertEqual("error", cell.reply["status"])
                [error] = [m for m in cell.messages if m["msg_type"] == "error"]
                said = error["metadata"]["schedbook"]["marks"]
                self.assertEqual(marks, [(m["line"], m["column"], m["length"]) for m in said])
                for mark in said:
                    self.assertTrue(mark["message"])
                self.assertNotIn("\\u{", "".join(cell.reply["traceback"]), "colours are not written out")
        self.assertEqual("43", self.ok("int nosuch = 42;\nnosuch + 1").shown())

    def test_an_exception_without_a_name_has_that_of_what_it_extends(self):
        cell = self.fails("throw new IllegalStateException(\"a\") { };", "IllegalStateException", "a")
        self.assertNotIn("JShell", "".join(cell.reply["traceback"]))

    def test_so_do_exceptions_of_the_cell_and_their_causes(self):
        self.ok("class Mine extends Exception { Mine(String m, Throwable t) { super(m, t); } }\n"
                "class Outer { static class Inner extends RuntimeException { } }")
        cell = self.fails('throw new Mine("hi", new RuntimeException("why"));', "Mine", "hi")
        trace = "\n".join(cell.reply["traceback"])
        self.assertIn("Mine: hi", trace)
        self.assertIn("Caused by: java.lang.RuntimeException: why", trace)
        self.fails("throw new Outer.Inner();", "Inner", "")

    def test_colours_are_ours_alone(self):
        escape, bell, turn = "\x1b[31m", "\x07", "\u202e"
        self.ok(r'class Loud extends RuntimeException { Loud() { super("\u001b[31mx\u202e\u0007"); } }')
        for code in ("throw new Loud();", f"%sim mess{escape}{turn}aging", f'int i = "{escape}{turn}";',
                     f'int {escape} = 1;', f'"{escape}" +'):
            with self.subTest(code):
                trace = "".join(self.run_cell(code).reply["traceback"])
                self.assertIn("\\u{1b}[31m", trace)
                self.assertNotRegex(trace, f"[{bell}{turn}]")
                self.assertNotIn(escape + "x", trace)

    def test_an_error_on_the_line_of_a_magic_shows_the_line_as_it_was_typed(self):
        self.ok("int four = 4;")
        for code, line in (("class Y {\n  %lsmagic\n}", "%lsmagic"), ("int[] a = {\n  %shell echo \"{four}\"\n};", '%shell echo "{four}"'),
                           ("class Z {\n  %sim {none}\n}", "%sim {none}")):
            with self.subTest(code):
                trace = "".join(self.run_cell(code).reply["traceback"])
                self.assertIn(line, trace)
                self.assertNotIn("SchedbookKernel", trace)

    def test_a_comment_of_another_language_is_answered_with_javas(self):
        trace = "".join(self.run_cell("# my policy\n%%policy a12\npublic class A12 extends Policy {}").reply["traceback"])
        self.assertIn("A comment in Java begins with //.", trace)
        self.assertIn("%%policy is a magic where only blank lines and comments are before it.", trace)

    def test_the_error_of_source_within_a_magic_is_its_own(self):
        self.fails("%%time\nthrow new IllegalStateException(\"x\");", "IllegalStateException", "x")
        self.fails("%%time\nint y = \"s\";", "CompilationException", "incompatible types")


class ProtocolTest(CellTest):

    def test_a_silent_cell_shows_nothing_and_is_not_counted(self):
        before = self.ok("1").reply["execution_count"]
        cell = self.ok('System.out.println("q"); display("x"); 77', silent=True)
        self.assertEqual({"status"}, {m["msg_type"] for m in cell.messages})
        cell = self.run_cell('throw new IllegalStateException("q");', silent=True)
        self.assertEqual("IllegalStateException", cell.reply["ename"])
        self.assertEqual({"status"}, {m["msg_type"] for m in cell.messages})
        self.assertEqual(before + 1, self.ok("1").reply["execution_count"])

    def test_neither_is_a_cell_without_history_or_without_code(self):
        before = self.ok("1").reply["execution_count"]
        self.assertEqual("5", self.ok("5", store_history=False).shown())
        self.ok("")
        self.ok("  \n")
        self.assertEqual(before + 1, self.ok("1").reply["execution_count"])

    def test_user_expressions_are_evaluated_after_the_cell(self):
        values = self.ok("int ux = 7;", user_expressions={
            "sum": "ux + 1", "text": '"<b>"', "none": "(Object) null", "typo": "nosuch",
            "bad": 'throw new IllegalStateException("s");'}).reply["user_expressions"]
        self.assertEqual({"status": "ok", "data": {"text/plain": "8"}, "metadata": {}}, values["sum"])
        self.assertEqual("<b>", values["text"]["data"]["text/plain"])
        self.assertEqual("null", values["none"]["data"]["text/plain"])
        self.assertEqual(("error", "CompilationException"), (values["typo"]["status"], values["typo"]["ename"]))
        self.assertEqual(("error", "IllegalStateException", "s"),
                         tuple(values["bad"][k] for k in ("status", "ename", "evalue")))

    def test_user_expressions_of_a_silent_cell(self):
        values = self.ok("int uy = 7;", silent=True, user_expressions={"y": "uy"}).reply["user_expressions"]
        self.assertEqual("7", values["y"]["data"]["text/plain"])


class OutputTest(CellTest):

    def test_a_hundred_thousand_lines_arrive_whole_and_in_few_messages(self):
        start = time.monotonic()
        cell = self.ok("for (int i = 0; i < 100_000; i++) System.out.println(i);")
        self.assertLess(time.monotonic() - start, 10)  # two on an idle machine
        self.assertEqual("".join(f"{i}\n" for i in range(100_000)), self.text(cell))
        self.assertLess(len(cell.messages), 200)

    def test_out_err_displays_and_the_result_keep_their_order(self):
        cell = self.ok("""for (int i = 0; i < 300; i++) {
            System.out.println("o" + i); System.err.println("e" + i); if (i % 100 == 50) display("d" + i); }
            "end" """)
        seen = []
        for m in cell.messages:
            c = m["content"]
            if m["msg_type"] == "stream":
                self.assertEqual("stdout" if c["text"][0] == "o" else "stderr", c["name"])
                seen += c["text"].split()
            elif "data" in c:
                seen.append(c["data"]["text/plain"])
        expected = []
        for i in range(300):
            expected += [f"o{i}", f"e{i}"] + ([f"d{i}"] if i % 100 == 50 else [])
        self.assertEqual(expected + ["end"], seen)

    def test_a_magic_in_a_loop_a_branch_or_a_method_shows_what_it_has_each_time(self):
        self.ok('void look() {\n  %diff fifo rr\n}')
        for code, times in (('for (var p : List.of("fifo", "rr")) {\n  %diff {p} vtime\n}', 2),
                            ("if (1 < 2)\n  %diff fifo vtime", 1), ("look();\nlook();", 2),
                            ("for (int i = 0; i < 2; i++) {\n  var kept = %diff fifo vtime\n}", 0)):
            cell = self.ok(code)
            self.assertEqual(times, cell.shown().count("+++ "), code + cell.shown())

    def test_every_magic_of_a_cell_shows_what_it_has_and_the_last_is_the_result(self):
        cell = self.ok('%workloads\nvar kept = %workloads\nif (kept == null) {\n    %workloads\n}\n%doctor\n')
        self.assertEqual(["display_data", "execute_result"], [m["msg_type"] for m in cell.messages if "data" in m["content"]])
        self.assertIn("messaging", cell.of("display_data")[0]["data"]["text/plain"])
        self.assertIn("target", cell.of("execute_result")[0]["data"]["text/plain"])
        cell = self.run_cell("%workloads\n%doctor\nint wrong = nothing;\n")
        self.assertEqual(2, len(cell.of("display_data")), cell.messages)
        self.assertEqual("error", cell.reply["status"])

    def test_an_endless_loop_ends_at_an_interrupt_and_shows_its_start_and_its_end(self):
        cell, seconds = self.interrupt_after("for (int i = 0; ; i++) System.out.println(i);", 3)
        self.assertEqual("Interrupted", cell.reply["ename"])
        self.assertLess(seconds, 1)
        text = self.text(cell)
        self.assertTrue(text.startswith("0\n1\n2\n"))
        self.assertIn("2,000,000 characters are shown", text)
        self.assertRegex(text, r"… [\d,]+ characters are left out …\n\d+\n")
        self.assertLess(len(text), 2_050_000)
        self.assertLess(len(cell.messages), 500)
        self.assertEqual("after\n", self.text(self.ok('System.out.println("after");')))

    def test_an_endless_loop_of_anything_ends_at_an_interrupt(self):
        for code in ('while (true) System.err.print("x");', 'while (true) display("x");',
                     "while (true) { org.schedbook.jupyter.SchedbookKernel.clearOutput(); System.out.println(1); }",
                     "while (true) { }"):
            with self.subTest(code):
                cell, seconds = self.interrupt_after(code, 2)
                self.assertEqual("Interrupted", cell.reply["ename"])
                self.assertLess(seconds, 2)
                self.assertLess(len(cell.messages), 5_000)
                after = self.ok('System.out.println("after");')
                self.assertEqual(("after\n", "", 0), (self.text(after), self.text(after, "stderr"), len(after.of("display_data"))))

    def test_a_parallel_stream_ends_with_the_cell_that_was_interrupted(self):
        for code in ('java.util.stream.LongStream.range(0, 1L << 40).parallel().forEach(i -> System.out.println(i));',
                     'java.util.stream.IntStream.range(0, 64).boxed().toList().parallelStream().forEach(i -> '
                     '{ while (true) System.err.print("x"); });'):
            cell, seconds = self.interrupt_after(code, 2)
            self.assertEqual("Interrupted", cell.reply["ename"])
            self.assertLess(seconds, 5)
            time.sleep(0.5)  # what still ran would write to the next cell
            after = self.ok('System.out.println("after");')
            self.assertEqual(("after\n", ""), (self.text(after), self.text(after, "stderr")))
            self.assertEqual("499500", self.ok("java.util.stream.IntStream.range(0, 1000).parallel().sum()").shown())

    def test_a_stream_that_a_cell_puts_in_place_of_the_notebooks_is_not_the_next_cells(self):
        cell = self.ok('var kept = new java.io.ByteArrayOutputStream();\nSystem.setOut(new java.io.PrintStream(kept, true));\n'
                       'System.setErr(System.out);\nSystem.out.print("held");')
        self.assertEqual("", self.text(cell))
        note = cell.of("display_data")[0]["data"]["text/plain"]
        self.assertIn("System.out was set to another stream, and is the notebook's again.", note)
        self.assertIn("System.err was", note)
        after = self.ok('System.out.print("seen"); System.err.print(kept);')
        self.assertEqual(("seen", "held", []), (self.text(after), self.text(after, "stderr"), after.of("display_data")))
        cell = self.ok('var before = System.out;\nSystem.setOut(new java.io.PrintStream(kept));\nSystem.setOut(before);')
        self.assertEqual([], cell.of("display_data"))

    def test_objects_that_never_end_saying_what_they_are_end_at_an_interrupt(self):
        for code in ("throw new RuntimeException() { public String getMessage() { while (true) { } } };",
                     "throw new RuntimeException() { public Throwable getCause() { while (true) { } } };",
                     "throw new RuntimeException() { public StackTraceElement[] getStackTrace() { while (true) { } } };",
                     "new Object() { public String toString() { while (true) { } } }",
                     "display(new Object() { public String toString() { while (true) { } } });",
                     "java.util.Collections.nCopies(2_000_000_000, List.of())"):
            with self.subTest(code):
                cell, seconds = self.interrupt_after(code, 2)
                self.assertEqual("Interrupted", cell.reply["ename"])
                self.assertLess(seconds, 2)
                self.assertEqual("after\n", self.text(self.ok('System.out.println("after");')))

    def test_exceptions_that_say_nothing_of_use_have_their_name_all_the_same(self):
        for body in ('public String getMessage() { throw new IllegalStateException(); }',
                     'public String getMessage() { return getMessage(); }',
                     'public StackTraceElement[] getStackTrace() { return null; }'):
            self.fails("throw new RuntimeException() { %s };" % body, "RuntimeException", "it does not say")
        self.fails('throw new RuntimeException("x") { public Throwable getCause() { return new RuntimeException("y", this); } };',
                   "RuntimeException", "x")

    def test_values_and_messages_are_bounded_too(self):
        [result] = self.ok('"x".repeat(5_000_000)').of("execute_result")
        self.assertTrue(result["data"]["text/plain"].endswith("x\n… 3,000,000 characters are left out …"))
        cell = self.fails('throw new RuntimeException("m".repeat(5_000_000));', "RuntimeException", "m\n… 4,980,000 characters")
        self.assertLess(len("".join(cell.reply["traceback"])), 100_000)

    def test_what_a_cell_clears_counts_no_more(self):
        cell = self.ok("""for (int round = 0; round < 3; round++) {
            org.schedbook.jupyter.SchedbookKernel.clearOutput();
            for (int i = 0; i < 100_000; i++) System.out.println("0123456789"); }""")
        self.assertNotIn("characters are shown", self.text(cell))

    def test_displays_are_bounded_too(self):
        cell = self.ok('for (int i = 0; i < 11_000; i++) display("x");')
        self.assertEqual(10_001, len(cell.of("display_data")))
        self.assertIn("at most 10,000 displays", cell.shown())

    def test_a_stream_that_was_printed_to_is_no_result(self):
        cell = self.ok('System.out.printf("%d%n", 3);')
        self.assertEqual(("3\n", []), (self.text(cell), cell.of("execute_result")))
        self.assertEqual([], self.ok("// a comment\n%time int q9 = 3;").of("execute_result"))

    def test_bytes_and_formats_and_null(self):
        cell = self.ok("""System.out.write((byte) 0xc3); System.out.write((byte) 0xa9); System.out.write("ü|".getBytes());
            System.out.printf("%5.2f|%s%n", 3.14159, "ä"); System.out.append("x").append('y').println(new char[] {'a'});
            System.out.println((Object) null); System.out.print((String) null); System.out.print(1.5f);
            System.out.print("😀".charAt(0)); System.out.print("😀".charAt(1));""")
        self.assertEqual("éü| 3.14|ä\nxya\nnull\nnull1.5😀", self.text(cell))

    def test_output_of_a_thread_after_its_cell_goes_to_the_notebook(self):
        msg_id = self.session.kc.execute("""new Thread(() -> { try { Thread.sleep(1000); } catch (Exception e) { }
            System.out.println("late"); System.err.println("late err"); display("late display"); }).start();""")
        self.session.collect(msg_id)
        seen = []
        while len(seen) < 3:
            m = self.session.kc.get_iopub_msg(timeout=TIMEOUT)
            self.assertEqual(msg_id, m["parent_header"]["msg_id"])
            seen.append(m["content"].get("text") or m["content"]["data"]["text/plain"])
        self.assertEqual(["late\n", "late err\n", "late display"], seen)

    def test_a_question_comes_after_what_was_printed(self):
        msg_id = self.session.kc.execute(
            'System.out.print("name? ");\nnew Scanner(System.in).nextLine()', allow_stdin=True)
        self.session.kc.get_stdin_msg(timeout=TIMEOUT)
        self.session.wait_for(msg_id, lambda m: m["content"].get("text") == "name? ", 5)
        self.session.kc.input("Ada")
        self.assertIn("Ada", self.session.collect(msg_id).shown())


if __name__ == "__main__":
    unittest.main()
