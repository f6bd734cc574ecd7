// Gives Datasette's own controls the names they lack, so that they can be used without seeing them.

document.documentElement.lang ||= "en";

const names = [
  ["select[name^='_filter_column']", "Column to filter by"],
  ["select[name^='_filter_op']", "How to compare"],
  [".filter-value", "Value to compare with"],
  ["select[name='_sort']", "Column to sort by"],
  ["textarea[autocorrect='off'], .cm-content", "SQL"],
];
function nameControls() {
  for (const [selector, name] of names) {
    for (const control of document.querySelectorAll(selector)) {
      if (!control.labels?.length && !control.hasAttribute("aria-label")) control.setAttribute("aria-label", name);
    }
  }
}

nameControls();
window.addEventListener("load", nameControls); // the editor of queries is there by then

// What scrolls can be reached and scrolled with the keyboard.
for (const box of document.querySelectorAll(".table-wrapper, dl.column-descriptions, .facet-info ul")) {
  if (box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
