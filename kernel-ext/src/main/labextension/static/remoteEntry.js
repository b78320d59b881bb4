/*
 * Schedbook in JupyterLab: the words of a %%prompt cell are not coloured as Java, and what an error
 * card or the compiler marks is marked in the editor, and charts may be as wide as their cell.
 * Notebooks of other kernels are left alone.
 *
 * This is what JupyterLab's own build would make of a small module, written by hand: a container of
 * webpack's module federation, which takes from JupyterLab what it shares and brings nothing.
 */
(() => {
  'use strict';

  const NAME = 'schedbook';

  const STYLE = `
    .schedbook-notebook .cm-line.schedbook-words span:not(.cm-selectionMatch) {
      color: inherit !important;
      font-weight: inherit !important;
      font-style: inherit !important;
    }
    .schedbook-notebook .jp-RenderedVegaCommon5 .vega-embed {
      display: block;
    }
    .schedbook-notebook .schedbook-error {
      text-decoration: underline wavy var(--jp-error-color1, #d64545) 1.5px;
      text-underline-offset: 3px;
    }`;

  let shareScope;

  /** A module that JupyterLab shares; it has one version of each. */
  async function shared(name) {
    const [version] = Object.values(shareScope[name]);
    return (await version.get())();
  }

  /** What is added to the editors of code cells. */
  function editorExtension({ Decoration, EditorView, ViewPlugin }, { StateEffect, StateField }) {
    const inWords = Decoration.line({ class: 'schedbook-words' });

    function words(view) {
      const lines = [];
      let prompt = false;
      let started = false;
      let comment = false;
      for (let n = 1; n <= view.state.doc.lines; n++) {
        const line = view.state.doc.line(n);
        if (!started) {
          let rest = line.text.trimStart();
          while (comment || rest.startsWith('/*')) {
            const end = rest.indexOf('*/', comment ? 0 : 2);
            comment = end < 0;
            if (comment) {
              rest = '';
              break;
            }
            rest = rest.slice(end + 2).trimStart();
          }
          started = rest !== '' && !rest.startsWith('//');
          prompt = /^%%(prompt|answer)\b/.test(rest);
        }
        if (prompt || /^\s*%%?[A-Za-z]/.test(line.text)) {
          lines.push(inWords.range(line.from));
        }
      }
      return Decoration.set(lines);
    }

    const setMarks = StateEffect.define();

    function mark(doc, { line, column, length, message }) {
      const where = doc.line(Math.min(Math.max(line, 1), doc.lines));
      const from = Math.min(where.from + Math.max(column - 1, 0), where.to);
      const to = Math.min(from + Math.max(length, 1), where.to);
      return from < to
        ? [Decoration.mark({ class: 'schedbook-error', attributes: { title: message } }).range(from, to)]
        : [];
    }

    const marks = StateField.define({
      create: () => Decoration.none,
      update(value, transaction) {
        if (transaction.docChanged) {
          // What is being mended is not marked any more.
          transaction.changes.iterChangedRanges((a, b) => {
            value = value.update({ filter: (from, to) => to < a || from > b });
          });
          value = value.map(transaction.changes);
        }
        for (const effect of transaction.effects) {
          if (effect.is(setMarks)) {
            value = Decoration.set(
              effect.value.flatMap(each => mark(transaction.state.doc, each)), true);
          }
        }
        return value;
      },
      provide: field => EditorView.decorations.from(field)
    });

    const plugin = ViewPlugin.fromClass(
      class {
        constructor(view) {
          this.decorations = words(view);
        }
        update(update) {
          if (update.docChanged) {
            this.decorations = words(update.view);
          }
        }
      },
      { decorations: each => each.decorations });

    return {
      add: view => view.dispatch({ effects: StateEffect.appendConfig.of([plugin, marks]) }),
      show: (view, found) => view.dispatch({ effects: setMarks.of(found) })
    };
  }

  /** Looks after one notebook, as long as its kernel is Schedbook's. */
  function watch(panel, editors) {
    const cells = new WeakSet();
    const views = new WeakSet();
    const uncompiled = new WeakMap();
    let ours = false;

    function marksOf(cell) {
      const { outputs } = cell.model;
      if (outputs.length === 0) {
        uncompiled.delete(cell.model);
      }
      const found = [...(uncompiled.get(cell.model) ?? [])];
      for (let i = 0; i < outputs.length; i++) {
        found.push(...(outputs.get(i).metadata?.schedbook?.marks ?? []));
      }
      return found;
    }

    function showMarks(cell) {
      const view = cell.editor?.editor;
      if (ours && view && views.has(view)) {
        editors.show(view, marksOf(cell));
      }
    }

    /** What does not compile comes beside an error, which is not kept in the notebook with it. */
    function hear(_, message) {
      const marks = message.metadata?.schedbook?.marks;
      if (message.header.msg_type === 'error' && marks) {
        const cell = panel.content.widgets.find(
          each => each.outputArea?.future?.msg.header.msg_id === message.parent_header.msg_id);
        if (cell) {
          uncompiled.set(cell.model, marks);
          showMarks(cell);
        }
      }
    }

    /** Cells out of sight have no editor until they are scrolled to. */
    function dress(cell) {
      if (!ours || cell.isDisposed || cell.model.type !== 'code') {
        return;
      }
      if (!cells.has(cell)) {
        cells.add(cell);
        cell.inViewportChanged?.connect(() => dress(cell));
        cell.model.outputs.changed.connect(() => showMarks(cell));
        cell.ready?.then(() => dress(cell));
      }
      const view = cell.editor?.editor;
      if (view && !views.has(view)) {
        views.add(view);
        editors.add(view);
        showMarks(cell);
      }
    }

    const dressAll = () => panel.content.widgets.forEach(dress);

    async function update() {
      const kernel = panel.sessionContext.session?.kernel;
      const info = await kernel?.info;
      ours = info?.implementation === NAME;
      panel.node.classList.toggle('schedbook-notebook', ours);
      dressAll();
    }

    panel.sessionContext.kernelChanged.connect(update);
    panel.sessionContext.iopubMessage.connect(hear);
    panel.context.ready.then(() => {
      panel.content.model?.cells.changed.connect(() => requestAnimationFrame(dressAll));
      return panel.sessionContext.ready;
    }).then(update, () => {});
  }

  const container = {
    init(scope) {
      shareScope = scope;
    },

    async get() {
      const [{ INotebookTracker }, view, state] = await Promise.all(
        ['@jupyterlab/notebook', '@codemirror/view', '@codemirror/state'].map(shared));
      const plugin = {
        id: `${NAME}:plugin`,
        description: 'Colours prompts as text and marks errors, in notebooks of Schedbook.',
        autoStart: true,
        requires: [INotebookTracker],
        activate(app, tracker) {
          const style = document.createElement('style');
          style.textContent = STYLE;
          document.head.append(style);
          const editors = editorExtension(view, state);
          tracker.forEach(panel => watch(panel, editors));
          tracker.widgetAdded.connect((_, panel) => watch(panel, editors));
        }
      };
      return () => ({ __esModule: true, default: plugin });
    }
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = container;
})();
