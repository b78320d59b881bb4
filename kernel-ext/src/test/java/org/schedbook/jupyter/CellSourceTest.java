package org.schedbook.jupyter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CellSourceTest {

    private static String replaced(String source) {
        return CellSource.replaceLineMagics(
                source, (found, magic) -> "<" + found.line() + ":" + magic + ">");
    }

    @Test
    void cellMagicMayFollowBlankLinesAndHaveNoBody() {
        assertEquals(new CellSource("%%m a", 3, "b\nc", 10), CellSource.of("\n  \n%%m a\nb\nc"));
        assertEquals(new CellSource("%%m", 1, "", 3), CellSource.of("%%m"));
        assertEquals(new CellSource("%%m?", 1, "", 5), CellSource.of("%%m?\n"));
        assertNull(CellSource.of("%m").magic());
    }

    @Test
    void cellMagicMayFollowCommentsAndWhatOnlyLooksLikeABlank() {
        assertEquals(new CellSource("%%m", 2, "b", 12), CellSource.of("// note\n%%m\nb"));
        assertEquals("b", CellSource.of("/* %%x\n 'a \" */\n%%m\nb").body());
        assertEquals(3, CellSource.of("/* %%x\n 'a \" */\n%%m\nb").line());
        for (String blank : List.of("\ufeff", "\u00a0", "\u200b", "\u3000 ", "\u00a0\n\ufeff")) {
            assertEquals("%%m", CellSource.of(blank + "%%m\nb").magic());
            assertEquals("b", CellSource.of(blank + "%%m\nb").body());
        }
    }

    @Test
    void theBodyOfACellMagicIsLeftAsItIs() {
        assertEquals("b\r\n'c\r\n", CellSource.of("%%m\r\nb\r\n'c\r\n").body());
        assertEquals("%%x\n%y\n\"\"\"", CellSource.of("%%m\n%%x\n%y\n\"\"\"").body());
        assertEquals("\n\n b ", CellSource.of("%%m\n\n\n b ").body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"int a;¶%%m¶b|2", "%a¶%%m¶b|2", "// x¶int a; /* y */¶  %%m¶b|3", "{¶%%m|2"})
    void cellMagicWithJavaBeforeItSaysWhereItBelongs(String cell, int line) {
        CellError error = assertThrows(UsageError.class, () -> replaced(cell.replace("¶", "\n")));
        assertEquals(
                "%%m on line " + line + " is not the first thing in its cell.", error.getMessage());
    }

    @Test
    void lineMagicsAreReplacedWhereAStatementOrAValueStarts() {
        assertEquals("<1:%a>\nint x = <2:%b 1>\n  <3:%c>", replaced("%a\nint x = %b 1\n  %c"));
        assertEquals("for (;;)\n <2:%a>", replaced("for (;;)\n %a"));
        assertEquals(
                "if (x % y == 1) {\n<2:%a>\n} else\n<4:%b>",
                replaced("if (x % y == 1) {\n%a\n} else\n%b"));
        assertEquals("x -> {\n<2:%a it's \"odd>\n};", replaced("x -> {\n%a it's \"odd\n};"));
        assertEquals("x =\n  <2:%a>\n;", replaced("x =\n  %a\n;"));
        assertEquals("/* c */ <1:%a>\n// d\n<3:%b>", replaced("/* c */ %a\n// d\n%b"));
        assertEquals("<1:%a>\r\n<2:%b>\r\n", replaced("%a\r\n%b\r\n"));
        assertEquals("  <1:%a>", replaced("\u00a0\ufeff%a"));
        assertEquals("switch (x) {\ncase 1:\n<3:%a>\n}", replaced("switch (x) {\ncase 1:\n%a\n}"));
        assertEquals("f(() -> {\n<2:%a>\n});", replaced("f(() -> {\n%a\n});"));
        assertEquals("switch (x) {\n}\n<3:%a>", replaced("switch (x) {\n}\n%a"));
        assertEquals("int y = <1:%a>\n<2:%b>", replaced("int y = %a\n%b"));
        assertEquals("l:\n<2:%a>", replaced("l:\n%a"));
        assertEquals(
                "/* c \\u002a/ int q = 4;\n<2:%a \\u000a \\u0022>\n<3:%b>",
                replaced("/* c \\u002a/ int q = 4;\n%a \\u000a \\u0022\n%b"));
        assertEquals("do\n<2:%a>\nwhile (b);", replaced("do\n%a\nwhile (b);"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for (;;) {¶%m¶}|true",
                "for (;;)¶%m|true",
                "if (b) { f(); }¶else¶%m|true",
                "do¶%m¶while (b);|true",
                "void f() {¶  g();¶  %m¶}|true",
                "list.forEach(x ->¶%m¶)|true",
                "label:¶%m|true",
                "switch (x) {¶case 1:¶%m¶}|true",
                "try {¶%m¶} finally { }|true",
                "for (;;) {¶var x = %m¶}|false",
                "%m|false",
                "f();¶%m|false",
                "class A { int[] a = {}; }¶%m|false",
                "for (;;) { }¶%m|false",
                "f(\"{\"); // {¶%m|false",
                "var x = %m|false"
            })
    void aMagicWithinAnotherStatementIsOneWhoseValueJavaDrops(String cell, boolean inner) {
        CellSource.replaceLineMagics(
                cell.replace('¶', '\n'),
                (found, _) -> {
                    assertEquals(inner, found.inner());
                    return "";
                });
    }

    @Test
    void aLineMagicGoesOnBehindABackslashAndWhatFollowsStaysOnItsLine() {
        assertEquals("<1:%shell a \\\n  b>\n\n;\n<4:%c>", replaced("%shell a \\\n  b\n;\n%c"));
        assertEquals(
                "<1:%shell cat <<EOF\n%a's {x}\n EOF\nEOF>\n\n\n\n;\n<6:%c>",
                replaced("%shell cat <<EOF\n%a's {x}\n EOF\nEOF\n;\n%c"));
        assertEquals(
                "<1:%shell a <<'X' <<-Y | b\n1\nX\n2\n\tY>\n\n\n\n\n<6:%c>",
                replaced("%shell a <<'X' <<-Y | b\n1\nX\n2\n\tY\n%c"));
        for (String none : List.of("%shell cat <<EOF", "%shell cat <<<EOF", "%top <<EOF")) {
            assertEquals("<1:" + none + ">\n;\n<3:%c>", replaced(none + "\n;\n%c"));
        }
        assertEquals("<1:%a \\\r\n b>\n\r\nx();", replaced("%a \\\r\n b\r\nx();"));
        assertEquals("<1:%a \\>", replaced("%a \\"));
        assertEquals("<1:%a \\\\>\n<2:%b>", replaced("%a \\\\\n%b"));
        assertEquals("%%policy a \\", CellSource.of("%%policy a \\\nclass A {}").magic());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int r = 7 %b;",
                "int r = switch (d) { case 2 -> 7; default -> { yield 9; } }\n%b;",
                "f(switch (d) { default -> 9; }\n%b);",
                "return switch (d) { default -> 9; }\n%b;",
                "String s = \\u0022\\u0022\\u0022\n  a = \n  %b\n  \\u0022\\u0022\\u0022; s",
                "String s = \\uu0022; %b \\u0022;",
                "\\u002f* x =\n%b */",
                "String s = \"\\\\u0022; %b\";",
                "int r = 7 % b;",
                "int r = total\n  %b;",
                "int r = (a + b)\n  %c;",
                "int r = a[0]\n  %c;",
                "int r = 7\n  %b;",
                "int r = i++\n  %b;",
                "String.format(\n%d, 3);",
                "f(a,\n%b);",
                "int r = 1 +\n%b;",
                "boolean r = a &&\n%b;",
                "r %= b; r >= b; a == b; x=%5;",
                "var s = \"x = %d\";",
                "var s = \"a=%d\" + \"b=%d\".formatted(1);",
                "System.out.println('\"' + String.format(\"x=%d\", 5) + '\"');",
                "char q = '\"'; \"k=%s\".formatted(1)",
                "char q = '\\''; \"k=%s\".formatted(1)",
                "char q = '\\\\'; \"k=%s\".formatted(1)",
                "/*\n x = %lsmagic */ 2",
                "/*\n%lsmagic\n*/ 2",
                "// '\n\"x=%d\"",
                "// x = %lsmagic",
                "var t = \"\"\"\n    x=%d\n    %lsmagic\n%%policy a\n    \"\"\";",
                "var t = \"\"\"\n a \\\"\"\" x=%d\n %b\n\"\"\";",
                "var t = \"\"\"\n say \"%x\" and ''\n %b\n\"\"\" + \"y=%d\";",
                "var t = \"\\\\\"; var u = \"x=%d\";",
                "/* \"\"\" */ var u = \"x=%d\"; // \"\"\"\nvar v = \"y=%d\";",
                "/** x = %a\n * %b\n */\nvoid f() {}",
                "\u00a0int a;",
            })
    void javaIsLeftAsItIs(String cell) {
        assertEquals(cell, replaced(cell));
        assertNull(CellSource.of(cell).magic());
    }

    private static String completed(String cell) {
        CellLexer.Found found = CellSource.magicAt(cell, cell.length());
        return found == null ? null : cell.substring(found.start(), found.end());
    }

    @Test
    void findsTheMagicBeingTyped() {
        assertEquals("%be", completed("var r = %be"));
        assertEquals("%%", completed("%%"));
        assertEquals("%", completed("int a;\n%"));
        assertEquals("%m --x=", completed("  %m --x="));
        assertNull(completed("7 % b"));
        assertNull(completed("7 %"));
        assertNull(completed("var s = \"x = %d"));
        assertNull(completed("var s = \"\"\"\n %d"));
        assertNull(completed("/*\n%ls"));
        assertNotNull(CellSource.magicAt("%m a b\nint x;", 3));
        assertNull(CellSource.magicAt("%m a b\nint x;", 9));
    }

    /** What a magic is given where variables load, runs and x are declared. */
    private static String given(String magic) {
        String java =
                CellSource.expression(magic, Set.of("load", "runs", "x", "größe", "$1")::contains)
                        .java();
        return java.substring(1, java.length() - 1)
                .replaceAll("\" \\+ \\(([^)]+)\\) \\+ \"", "«$1»")
                .replaceAll("\\\\(.)", "$1");
    }

    @Test
    void bracesHoldTheNameOfAVariable() {
        assertEquals("%bench «load» -n «runs»", given("%bench {load} -n {runs}"));
        assertEquals("«x»«x»", given("{x}{x}"));
        assertEquals("«größe» «$1» awk '{$2}'", given("{größe} {$1} awk '{$2}'"));
        assertEquals(
                "\"%a \\\\ \\\" \" + (x) + \"\"",
                CellSource.expression("%a \\ \" {x}", "x"::equals).java());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "awk '{{x}}'|awk '{x}'",
                "{{{x}}}|{«x»}",
                "{{\"a\":{\"b\":{x}}}}|{\"a\":{\"b\":«x»}}",
                "{{a {{b}} c}}|{a {b} c}",
                "${{x}}|${x}",
            })
    void doubledBracesStandForSingleOnes(String typed, String given) {
        assertEquals(given, given(typed));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%shell awk '{print}' /proc/loadavg",
                "%shell awk '{next}'",
                "%shell awk '{if($1>=0){print $1}}'",
                "%shell awk 'BEGIN{if(1){print 1}}'",
                "%shell echo ${y:-${x}}",
                "%shell echo '{\"a\":{\"b\":1}}'",
                "%shell ls | xargs -I{y} echo {y}",
                "%shell find . -exec ls {} \\;",
                "%shell echo {a,b} {1..3} ${x} ${x:-{}} }} }",
                "%shell awk '{{print 1} print 2}'",
                "%bench --command 'echo \"${HOME}\" {print $1}'",
                "%shell printf '%s\\n' \"it's\"",
            })
    void otherBracesAreLeftAsTheyAreTyped(String magic) {
        assertEquals(magic, given(magic));
    }

    @Test
    void namesThatNoVariableHasAreKnown() {
        assertEquals(
                List.of(new CellSource.Unknown("y", 4), new CellSource.Unknown("z", 22)),
                CellSource.expression("%a b{y} {x} {{x}} ${w}{z}", "x"::equals).unknown());
        assertEquals(List.of(), CellSource.expression("awk '{$2}'", "x"::equals).unknown());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int a = 1;|a",
                "String a, b; final var c = 2, d = 3;|a c d",
                "for (String p : List.of()) {|p",
                "List<Map<String, Integer>> all = x;|all",
                "int[] xs = {1};|xs",
                "void f(int a, String... b) {|a b",
                "list.forEach(e -> {|e",
                "try {} catch (Exception e) {|e",
                "if (o instanceof String s) {|s",
                "System.out.print(a); f(b, c); return d; a == b; x.y = 3; new Foo();|",
                "\"int a = 1;\" // int b = 2;|",
            })
    void whatTheCellDeclaresBeforeAMagicIsAVariable(String java, String names) {
        var declared = new java.util.TreeSet<String>();
        CellSource.replaceLineMagics(
                java + "\n%m",
                (found, _) -> {
                    declared.addAll(found.declared());
                    return "";
                });
        assertEquals(
                names == null ? "" : names, declared.stream().collect(Collectors.joining(" ")));
    }
}
