"""How Sphinx makes the book; book.py puts this beside the pages."""

from pygments.lexers.jvm import JavaLexer
from pygments.token import Comment

project = "Schedbook"
project_copyright = "the Schedbook authors. Text, labs and Java: Apache License 2.0; BPF programs: GPL 2.0"
root_doc = "index"
exclude_patterns = ["_build"]

extensions = ["myst_nb"]
nb_execution_mode = "off"  # they have run already
myst_heading_anchors = 4  # as code-hosting sites make them
nitpicky = True

html_theme = "furo"
html_title = "Schedbook"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_copy_source = False  # a lab's notebook has its own link
html_show_sphinx = False
html_show_search_summary = False  # it is fetched, which a page from a disk may not do
pygments_style = "tango"
pygments_dark_style = "monokai"


class CellLexer(JavaLexer):
    """Java with magics, as cells have it."""

    tokens = {**JavaLexer.tokens, "root": [(r"^%%?[^\n]*\n?", Comment.Preproc), *JavaLexer.tokens["root"]]}


def setup(app):
    app.add_lexer("java", CellLexer)
