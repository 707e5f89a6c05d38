// Tables. A column: label, value(row), and, if they differ, cell(row) and sort(row); screenOnly: not on paper.

function cellOf(column, row) {
  const content = column.cell ? column.cell(row) : typeof column.value(row) === 'number' ? figure(column.value(row)) : optionText(column.value(row));
  return h(column.header ? 'th' : 'td', { class: [column.numeric ? 'num' : '', column.text ? 'text' : '', column.screenOnly ? 'screen' : ''].join(' ').trim() || null, scope: column.header ? 'row' : null }, content);
}

/** Numbers before texts, what is missing last whatever the direction. */
function compare(a, b, direction) {
  const missing = (x) => x === null || x === undefined || x === '';
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  if (typeof a === 'number' && typeof b === 'number') return direction * (a - b);
  return direction * String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** Returns {element, show(rows)}; sortable tables keep their order when other rows are shown. */
function table({ caption, columns, rows, sortable = false, rowClass, onRow }) {
  let shown = rows;
  let sorted = null;
  let direction = 1;
  const body = h('tbody');
  const made = new Map();
  const heads = columns.map((column) => {
    const label = sortable && column.sortable !== false
      ? h('button', { type: 'button', onclick: () => { direction = sorted === column ? -direction : 1; sorted = column; draw(); } }, column.label)
      : column.label;
    return h('th', { scope: 'col', class: [column.numeric ? 'num' : '', column.screenOnly ? 'screen' : ''].join(' ').trim() || null, title: column.title }, label);
  });
  function rowOf(row) {
    if (!made.has(row)) {
      const element = h('tr', { class: rowClass ? rowClass(row) : null }, columns.map((column) => cellOf(column, row)));
      if (onRow) onRow(row, element);
      made.set(row, element);
    }
    return made.get(row);
  }
  function draw() {
    const key = sorted && (sorted.sort || sorted.value);
    const ordered = sorted ? [...shown].sort((a, b) => compare(key(a), key(b), direction)) : shown;
    columns.forEach((column, i) => {
      if (sortable && column.sortable !== false) heads[i].setAttribute('aria-sort', sorted === column ? (direction > 0 ? 'ascending' : 'descending') : 'none');
    });
    body.replaceChildren(...ordered.map(rowOf));
  }
  draw();
  return {
    element: h('table', {}, caption ? h('caption', {}, caption) : null, h('thead', {}, h('tr', {}, heads)), body),
    show(next) { shown = next; draw(); },
    row: rowOf,
  };
}

/** A table that is made when it is first looked at. */
function tableOnDemand(summary, make) {
  const details = h('details', {}, h('summary', {}, summary));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(scroll(summary, make().element));
  });
  /** The values are others now. */
  details.renew = () => {
    if (details.children.length > 1) details.lastChild.remove();
    if (details.open) details.append(scroll(summary, make().element));
  };
  return details;
}
