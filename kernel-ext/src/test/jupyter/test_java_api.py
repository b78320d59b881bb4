"""The plain Java API, from the cells of a notebook that calls no magic for it."""

import tempfile
import unittest

from session import Session, environment
from test_magics import FIFO, rows

COMPILE = 'var mine = Schedbook.compile("mine", """\n' + FIFO + '\n""");\nmine'


class JavaApiTest(unittest.TestCase):
    """The tests run in the order of their names, in one session."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.session = Session(cwd=cls.directory.name, env=environment())
        cls.addClassCleanup(cls.session.close)

    def ok(self, code, timeout=120):
        cell = self.session.run(code, timeout)
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertEqual([], [s for s in cell.of("stream") if s["name"] == "stderr"])
        return cell

    def test_1_a_policy_is_compiled_shown_and_kept(self):
        cell = self.ok(COMPILE)
        self.assertIn("Policy mine", cell.shown())
        self.assertIn("<table", cell.shown("text/html"))
        self.assertEqual(["mine"], [row["policy"] for row in rows(self.directory.name, "version")])

    def test_2_a_source_that_is_no_policy_is_one_sentence_with_its_line(self):
        cell = self.session.run(COMPILE.replace("SLICE_DFL_NS", "SLICE").replace("mine", "broken"))
        self.assertEqual("error", cell.reply["status"])
        self.assertRegex(cell.shown(), r"line 3, column 34: cannot find symbol")
        self.assertNotIn("\tat ", cell.shown() + "\n".join(cell.reply["traceback"]))

    def test_3_magics_and_java_share_policies_and_guest(self):
        self.assertIn("enabled", self.ok("%attach mine").shown())
        cell = self.ok("Schedbook.attached().get()")
        self.assertIn("enabled", cell.shown())
        self.assertIn("nr_user_dispatches", cell.shown())
        self.assertIn("Linux", self.ok("Schedbook.target()").shown())
        self.ok("Schedbook.attach(\"vtime\");")
        self.assertIn("vtime", self.ok("%status").shown())
        self.assertIn("exit", self.ok("Schedbook.detach().get()").shown())
        self.assertIn("No policy is attached", self.ok("%status").shown())

    def test_cells_can_name_the_policy_api(self):
        self.assertIn("Policy", self.ok("org.schedbook.policy.Policy.class").shown())

    def test_4_figures_show_themselves_and_are_kept(self):
        cell = self.ok("""
            var result = Schedbook.bench(
                Workloads.parse("messaging:groups=1,loops=20"), Plan.of(2, Duration.ofMinutes(1)), "eevdf", "mine");
            result""")
        self.assertRegex(cell.shown(), r"(?m)^mine +\d")
        self.assertIn("image/png", self.ok("Schedbook.plot(result)").of("execute_result")[0]["data"])
        self.assertIn("image/png", self.ok("%plot").of("execute_result")[0]["data"])
        self.assertEqual({"eevdf", "mine"}, {row["policy"] for row in rows(self.directory.name, "measurement")})

    def test_5_an_unknown_name_is_one_sentence(self):
        cell = self.session.run('Schedbook.attach("nosuch")')
        self.assertIn("There is no policy named 'nosuch'.", cell.shown())
        self.assertNotIn("\tat ", "\n".join(cell.reply["traceback"]))

    def test_6_a_class_of_ones_own_goes_before_what_is_imported(self):
        self.assertIn("mine", self.ok('record Plan(String of) {}\nnew Plan("mine").of()').shown())

    def test_7_a_test_of_a_policy_fails_with_a_table_and_points_are_a_number(self):
        self.ok("import static org.schedbook.check.Check.*;")
        self.ok('var load = tasks().task("a", runs(6)).task("b", runs(6));')
        self.ok('var ran = textbook(1).run(load, "mine");')
        cell = self.ok('ran.order("ab")')
        self.assertIn("CPU 0  |aaa", cell.shown())
        self.assertIn("image/png", cell.of("execute_result")[0]["data"])
        cell = self.session.run('ran.order("abab")')
        self.assertEqual("error", cell.reply["status"])
        self.assertRegex(cell.shown(), r"(?m)^Expected: tasks run as abab, and they ran as ab\.$")
        self.assertIn("CPU 0  |aaa", cell.shown())
        self.assertIn("<pre", cell.shown("text/html"))
        self.assertNotIn("\tat ", cell.shown() + "\n".join(cell.reply["traceback"]))
        cell = self.ok('points(2).test("good", 1, () -> ran.order("ab")).test("bad", 1, () -> ran.order("ba"))')
        self.assertEqual("1.0", cell.shown())
        self.assertIn("1 of 2 of these tests passed", cell.shown("text/html"))
        cell = self.ok("sweep(new double[] {1, 2}, ms -> textbook(1).run(tasks().task(\"x\", runs(ms)), \"mine\").endMs())")
        self.assertIn("image/png", cell.of("execute_result")[0]["data"])


if __name__ == "__main__":
    unittest.main()
