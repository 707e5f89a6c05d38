// What a model says beside what it should have said: of numbers, of two classes, of labels.

/** A figure that is not of lines: a card with a plot, and its values as a table. */
function plotCard({ title, caption, about, spec, rows, columns }) {
  const plot = h('div', { class: 'plot', role: 'img', 'aria-label': about });
  drawing(plot, spec);
  return h('figure', { class: 'card' },
    h('div', { class: 'head' }, h('h3', {}, title), h('div', { class: 'tools' }, saveButtons(title, () => chartPicture(title, spec(), [])))),
    caption ? h('p', { class: 'caption' }, caption) : null, plot,
    tableOnDemand('These values as a table', () => table({ caption: title, columns, rows })));
}

const planeSpec = (title, data, scales, axes, marks) => ({
  description: title, autosize: { type: 'fit', contains: 'padding' }, height: 320, padding: 4, background: null, config: kConfig, data, scales, axes, marks });

/** The diagonal, on which a prediction is what it should be. */
const diagonal = ([low, high]) => ({ type: 'rule', encode: { update: {
  x: { scale: 'x', value: low }, x2: { scale: 'x', value: high }, y: { scale: 'y', value: low }, y2: { scale: 'y', value: high }, stroke: { value: 'var(--faint)' }, strokeDash: { value: [4, 4] } } } });

/** The dots' domain, or that of the bins, the same for both axes. */
function planeDomain(shown) {
  if (shown.bins) {
    const { from, step, counts } = shown.bins;
    const last = counts.reduce((most, [x, y]) => Math.max(most, x, y), 0) + 1;
    return [from, from + step * last];
  }
  return extent(shown.points.flat());
}

function predictedSpec(title, shown) {
  const domain = planeDomain(shown);
  const scales = ['x', 'y'].map((name) => ({ name, type: 'linear', domain, range: name === 'x' ? 'width' : 'height', zero: false }));
  const axes = [axis('bottom', 'x', 'actual', domain, false, { tickCount: { signal: 'ceil(width / 90)' } }), axis('left', 'y', 'predicted', domain, false, { tickCount: 5, minExtent: 36 })];
  if (!shown.bins) {
    const values = shown.points.map(([x, y]) => ({ x, y }));
    return planeSpec(title, [{ name: 'dots', values }], scales, axes, [diagonal(domain),
      { type: 'symbol', from: { data: 'dots' }, encode: { update: { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' }, fill: { value: 'var(--accent)' }, size: { value: 18 }, opacity: { value: values.length > 500 ? 0.3 : 0.6 } } } }]);
  }
  const { from, step, counts } = shown.bins;
  const most = counts.reduce((a, [, , n]) => Math.max(a, n), 1);
  const values = counts.map(([x, y, n]) => ({ x: from + step * x, y: from + step * y, x2: from + step * (x + 1), y2: from + step * (y + 1), share: 0.12 + 0.88 * Math.log1p(n) / Math.log1p(most) }));
  return planeSpec(title, [{ name: 'cells', values }], scales, axes, [
    { type: 'rect', from: { data: 'cells' }, encode: { update: { x: { scale: 'x', field: 'x' }, x2: { scale: 'x', field: 'x2' }, y: { scale: 'y', field: 'y' }, y2: { scale: 'y', field: 'y2' }, fill: { value: 'var(--accent)' }, fillOpacity: { field: 'share' } } } }, diagonal(domain)]);
}

function predictedCard(name, shown) {
  const title = `Predicted against actual: ${name}`;
  const binned = Boolean(shown.bins);
  const { from, step } = shown.bins || {};
  return plotCard({
    title, spec: () => predictedSpec(title, shown),
    caption: binned ? 'So many rows are counted in squares: the darker, the more (by the logarithm). On the dashed line a prediction is right.' : 'A dot is a row. On the dashed line a prediction is right.',
    about: `${binned ? 'Shaded squares' : 'Dots'}: actual values across, predicted ones up; the table below has them.`,
    rows: binned ? shown.bins.counts : shown.points,
    columns: binned
      ? [{ label: 'Actual from', header: true, numeric: true, value: ([x]) => from + step * x }, { label: 'Predicted from', numeric: true, value: ([, y]) => from + step * y }, { label: 'Rows', numeric: true, value: ([, , n]) => n }]
      : [{ label: 'Actual', header: true, numeric: true, value: ([x]) => x }, { label: 'Predicted', numeric: true, value: ([, y]) => y }],
  });
}

function errorsSpec(title, { from, step, counts }) {
  const domain = [from, from + step * counts.length];
  const values = counts.map((n, i) => ({ x: from + step * i, x2: from + step * (i + 1), n }));
  return planeSpec(title, [{ name: 'bars', values }],
    [{ name: 'x', type: 'linear', domain, range: 'width', zero: false }, { name: 'y', type: 'linear', domain: [0, Math.max(1, ...counts)], range: 'height', nice: true }],
    [axis('bottom', 'x', 'predicted less actual', domain, false, { tickCount: { signal: 'ceil(width / 90)' } }), axis('left', 'y', 'rows', domain, false, { tickCount: 5, minExtent: 36 })],
    [{ type: 'rect', from: { data: 'bars' }, encode: { update: { x: { scale: 'x', field: 'x', offset: 0.5 }, x2: { scale: 'x', field: 'x2', offset: -0.5 }, y: { scale: 'y', field: 'n' }, y2: { scale: 'y', value: 0 }, fill: { value: 'var(--accent)' } } } },
      { type: 'rule', encode: { update: { x: { scale: 'x', value: 0 }, y: { value: 0 }, y2: { signal: 'height' }, stroke: { value: 'var(--faint)' }, strokeDash: { value: [4, 4] }, opacity: { value: domain[0] < 0 && domain[1] > 0 ? 1 : 0 } } } }]);
}

function errorsCard(name, errors) {
  const title = `Errors: ${name}`;
  return plotCard({
    title, spec: () => errorsSpec(title, errors), caption: 'How many rows are missed by how much; to the right of 0 the prediction is too high.',
    about: 'Bars: errors across, rows up; the table below has them.', rows: errors.counts.map((n, i) => ({ n, from: errors.from + errors.step * i })),
    columns: [{ label: 'Error from', header: true, numeric: true, value: (r) => r.from }, { label: 'to', numeric: true, value: (r) => r.from + errors.step }, { label: 'Rows', numeric: true, value: (r) => r.n }],
  });
}

function worstTable(test, index, worst) {
  const { name } = test.targets[index];
  const names = [...new Set(worst.flatMap((row) => row.features.map((f) => f.name)))];
  const made = table({ sortable: true, rows: worst, columns: [
    { label: 'Row', header: true, value: (r) => r.row, cell: (r) => figure(r.row) }, { label: 'Actual', numeric: true, value: (r) => r.actual }, { label: 'Predicted', numeric: true, value: (r) => r.predicted },
    { label: 'Error', numeric: true, value: (r) => r.predicted - r.actual },
    ...names.map((feature) => ({ label: feature, numeric: true, value: (r) => r.features.find((f) => f.name === feature)?.value }))] });
  made.element.classList.add('worst-table');
  made.element.id = `worst-${index}-table`;
  return h('div', { class: 'card wide' }, h('h3', {}, `The largest errors: ${name}`), h('p', { class: 'caption' }, `${capital(countedText(test))}.`), scroll(`The largest errors: ${name}`, made.element));
}

/** Numbers: their figures, and for each output its cards. */
function numbersSection(run) {
  const test = run.test;
  if (!test?.targets) return null;
  const keys = ['rmse', 'mae', 'r2', 'median_error', 'p95_error', 'quantile', 'pinball', 'below'].filter((key) => test.targets.some((t) => isNumber(t[key])));
  const made = table({ sortable: true, rows: test.targets, columns: [{ label: 'Target', header: true, value: (t) => t.name },
    ...keys.map((key) => ({ label: kHeadings[key] || capital(words(key)), numeric: true, value: (t) => t[key] }))] });
  made.element.id = 'targets-table';
  const some = test.shown.length < test.targets.length ? ` The charts are of the first ${test.shown.length}.` : '';
  return section('Numbers', `${modelText(run)}, ${testedText(test)}.${some}`,
    h('div', { class: 'grid' }, h('div', { class: 'card wide' }, scroll('Numbers', made.element)), test.shown.map((shown, i) => [predictedCard(test.targets[i].name, shown), errorsCard(test.targets[i].name, shown.errors), shown.worst ? worstTable(test, i, shown.worst) : null])));
}

const kHeadings = { r2: 'r2', rmse: 'rmse', mae: 'mae', median_error: 'Median error', p95_error: '95 % within', below: 'Rows below' };

/** ROC and precision-recall curves: {name, curves} of one or several. */
function curveCards(all) {
  const series = (x, y, first) => all.filter(({ curves }) => curves.score.length).map(({ name, curves }, i) => ({ name, colour: colour(i), dashed: i % 2 === 1,
    points: [...first, ...curves[x].map((v, k) => ({ x: v, y: curves[y][k], label: `${name}, probability ${short(curves.score[k])}` }))] }));
  const roc = series('false_positive_rate', 'recall', [{ x: 0, y: 0, label: 'nothing' }]);
  const precision = series('recall', 'precision', []);
  if (roc.length === 0) return [];
  const unit = () => [0, 1];
  return [
    lineChart({ title: 'ROC curve', caption: 'Of the rows that are not of it the share that is taken for it, and of those that are the share that is found, as the threshold falls.', labelTitle: 'Threshold', xTitle: 'false positive rate', yTitle: 'recall', yDomain: unit, height: 320, series: roc }).element,
    lineChart({ title: 'Precision and recall', caption: 'The more is found, the less of what is found is right.', labelTitle: 'Threshold', xTitle: 'recall', yTitle: 'precision', yDomain: unit, height: 320, series: precision }).element,
  ];
}

function curvesSection(run) {
  const test = run.test;
  const all = test?.curves ? [{ name: className(test, 1), curves: test.curves }] : (test?.labels || []).filter((l) => l.curves).map((l) => ({ name: l.name, curves: l.curves })).slice(0, 8);
  const cards = curveCards(all);
  if (cards.length === 0) return null;
  return section('Thresholds', `${test.labels && test.labels.length > all.length ? `The first ${all.length} labels. ` : ''}A row is taken for it if its probability is above the threshold, ${short(test.threshold)} in this model.`, h('div', { class: 'grid' }, cards));
}

function labelsSection(run) {
  const test = run.test;
  if (!test?.labels) return null;
  const made = table({ sortable: true, rows: test.labels.map((l, index) => ({ ...l, index })), columns: [
    { label: 'Label', header: true, value: (l) => l.index, cell: (l) => l.name },
    ...['precision', 'recall', 'f1'].map((key) => ({ label: capital(words(key)), numeric: true, value: (l) => l[key], cell: shareBar(key) })),
    { label: 'Support', numeric: true, value: (l) => l.support, title: 'Rows that have it' }, { label: 'Predicted', numeric: true, value: (l) => l.predicted, title: 'Rows said to have it' }] });
  made.element.id = 'labels-table';
  return section('Labels', [`${modelText(run)}, ${testedText(test)}. Label accuracy `, figure(test.label_accuracy), ', all labels of a row right ', figure(test.subset_accuracy), ', mean F1 ', figure(test.macro_f1), '.'],
    h('div', { class: 'card' }, scroll('Labels', made.element, test.labels.length > 20)));
}

/** How strong a rise of the loss is beside the largest. */
const riseShare = (importance, block) => Math.max(0, block.mean) / Math.max(1e-300, ...importance.map((b) => b.mean));

function importancePicture(test, title) {
  const { rows, columns, side } = test.importance_map;
  const cells = Array.from({ length: rows }, (_, y) => test.importance.slice(y * columns, (y + 1) * columns).map((block) => {
    const share = riseShare(test.importance, block);
    return { tone: '--accent', share, strong: share > 0.5, text: short(block.mean) };
  }));
  return matrixPicture({ title, xTitle: 'pixel across', yTitle: 'down', xs: Array.from({ length: columns }, (_, x) => x * side), ys: Array.from({ length: rows }, (_, y) => y * side), rows: cells });
}

/** A square for each square of pixels. */
function importanceMap(test, title) {
  const { rows, columns, side } = test.importance_map;
  const body = Array.from({ length: rows }, (_, y) => h('tr', {}, h('th', { scope: 'row' }, count(y * side)), test.importance.slice(y * columns, (y + 1) * columns).map((block) => {
    const share = riseShare(test.importance, block);
    const about = `The loss rises by ${short(block.mean)}, deviation ${short(block.deviation)}`;
    const td = h('td', { class: share > 0.5 ? 'strong' : '', title: about }, h('data', { value: exact(block.mean) }, short(block.mean)));
    td.style.setProperty('--share', share.toFixed(3));
    return td;
  })));
  return h('table', { class: 'matrix heat', id: 'importance-map' }, h('caption', {}, `Rows and columns: the first pixel of a square of ${side} by ${side}.`),
    h('thead', {}, h('tr', {}, h('th', { class: 'corner', scope: 'col' }, title), Array.from({ length: columns }, (_, x) => h('th', { scope: 'col' }, count(x * side))))), h('tbody', {}, body));
}

function importanceTable(test) {
  const made = table({ sortable: true, rows: [...test.importance].sort((a, b) => b.mean - a.mean), columns: [{ label: 'Column', header: true, value: (b) => b.name },
    { label: 'Rise of the loss', numeric: true, value: (b) => b.mean, cell: (b) => {
      const box = h('span', { class: 'barbox', 'aria-hidden': 'true' }, h('span', { class: 'bar' }));
      box.firstChild.style.setProperty('--share', riseShare(test.importance, b));
      return [figure(b.mean), box];
    } }, { label: 'Deviation', numeric: true, value: (b) => b.deviation }] });
  made.element.id = 'importance-table';
  return made.element;
}

/** What the model goes by: the rise of its loss when a column's values are shuffled among the rows. */
function importanceSection(run) {
  const test = run.test;
  if (!test?.importance) return null;
  const { rows, repeats, loss } = test.importance_of;
  const what = test.importance_map ? 'a square of pixels' : 'a column';
  const title = 'Importance';
  return section(title, [`By how much the loss rises when ${what} is shuffled among ${count(rows)} rows of the ${test.part} part, whose loss is `, figure(loss), `: the mean and the deviation of ${repeats} times. Of columns that tell the same, none may look important.`],
    h('div', { class: 'card' }, test.importance_map
      ? [h('div', { class: 'tools' }, saveButtons(title, () => importancePicture(test, title))), scroll(title, importanceMap(test, ''))]
      : scroll(title, importanceTable(test), test.importance.length > 20)));
}
