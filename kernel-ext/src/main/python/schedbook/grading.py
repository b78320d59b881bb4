"""nbgrader for the labs: what of a submission it runs, and how a student's version is made.

A cell of Java runs in the notebook kernel's own process, which can read the tests and write to the gradebook. So of a
submission only policies and answers are run, and the cells that test them; each policy then runs in a process that is
bounded, and is checked before. Nor is anything of it run by the browser of whoever marks.
"""

import functools
import re

import bleach
from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbformat.v4 import new_output
from nbgrader import preprocessors, utils
from nbgrader.converters import Autograde, GenerateAssignment

# The blanks are those that Java knows, too, and comments have no escapes: what looks like a magic here must be none of
# Java there.
BEFORE = r"(?:[ \t\r\n]|//[^\\\r\n]*\r?\n|/\*(?:[^*\\]|\*(?!/))*\*/)*"
DATA = re.compile(BEFORE + r'%%(?:policy|answer)[ \t\u00a0]+("?)([\w-]+)\1[ \t\u00a0]*;?[ \t\u00a0]*(?:\r?\n|\Z)')
TEST = re.compile(r"%check lab\d+(?: [\w-]+)*\Z")

# What the text of a student is made of. Among the names of classes are those of the page's buttons.
TAGS = {*bleach.ALLOWED_TAGS, "br", "del", "div", "hr", "img", "p", "pre", "s", "span", "sub", "sup",
        "h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}}
COLOURS = re.compile(r"highlight|[a-z]{1,2}[0-9a-z]?")

STUB = 'throw new UnsupportedOperationException("Not written yet.");'
OPEN = "?"


def is_test(cell):
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def is_run(cell):
    """Whether nbgrader may run a cell: a test, or the policy or answer that the cell is for."""
    if is_test(cell):
        return bool(TEST.match(cell.source))
    data = DATA.match(cell.source)
    return bool(utils.is_solution(cell) and data and data[2] == cell.metadata.nbgrader.get("grade_id"))


class OnlyData(preprocessors.NbGraderPreprocessor):
    """Has nbclient skip all cells but those that hold a policy or an answer, and their tests."""

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "code":
            # Whatever tags a student gave: one of them would have a test skipped.
            cell.metadata["tags"] = [] if is_run(cell) else ["skip-execution"]
        return cell, resources


class OnlyNumbers(preprocessors.NbGraderPreprocessor):
    """A test that returned no points gives none: nbgrader gives all of them to whatever is not a number."""

    def preprocess_cell(self, cell, resources, cell_index):
        if is_test(cell) and not self.has_points(cell):
            words = "This test returned no points. Of a submission no cell but policies, answers and their tests is run."
            cell.outputs.append(new_output("error", ename="NoPoints", evalue=words, traceback=[words]))
        return cell, resources

    @staticmethod
    def has_points(cell):
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        try:
            return 0 <= float(results[0].data["text/plain"]) <= float(cell.metadata.nbgrader["points"])
        except (IndexError, KeyError, TypeError, ValueError):
            return False


class ClearSolutions(preprocessors.ClearSolutions):
    """Leaves a question mark where an answer was, and a method that is not written yet where a policy was."""

    def preprocess_cell(self, cell, resources, cell_index):
        stub = self.code_stub
        if cell.cell_type == "code" and cell.source.startswith("%%answer"):
            self.code_stub = {**stub, resources["language"]: OPEN}
        try:
            return super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = stub


def is_harmless(tag, attribute, value):
    return attribute in ATTRIBUTES.get(tag, ()) or attribute == "class" and bool(COLOURS.fullmatch(value))


@functools.cache
def pages():
    return HTMLExporter()


@pass_context
def markdown(context, source):
    """In place of nbconvert's filter, which lets scripts through: formgrader's page may do what its user may."""
    text = pages().markdown2html(context, source)
    return bleach.clean(text, TAGS, is_harmless, protocols={*bleach.ALLOWED_PROTOCOLS, "data"})


def configure(c):
    """Says to nbgrader how labs are made and graded; a nbgrader_config.py may change it afterwards."""
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".schedbook"]
    c.ClearSolutions.code_stub = {"java": STUB}
    c.Execute.timeout = 300  # a policy that hangs takes some seconds, a busy machine some more
    c.HTMLExporter.filters = {"markdown2html": "schedbook.grading.markdown"}
    c.GenerateAssignment.preprocessors = [
        ClearSolutions if each is preprocessors.ClearSolutions else each
        for each in GenerateAssignment.class_traits()["preprocessors"].default()]
    graded = list(Autograde.class_traits()["autograde_preprocessors"].default())
    graded.insert(graded.index(preprocessors.Execute) + 1, OnlyNumbers)
    c.Autograde.autograde_preprocessors = [OnlyData, *graded]
