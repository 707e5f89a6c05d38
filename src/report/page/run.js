// The page of one run.

const statusOf = (run) => run.result?.status || run.progress.status;
const chip = (status) => h('span', { class: `chip ${status.replace(/[^a-z]/g, '-')}` }, status);

/** Told where they are not as many as what is learnt; earlier runs call them classes, whatever is learnt. */
const outputsOf = (info) => info.outputs ?? info.classes ?? info.labels ?? info.targets;

function networkText(run) {
  const info = run.info || {};
  const hidden = run.config.hidden;
  return [
    Array.isArray(hidden) && info.features ? [info.features, ...hidden, outputsOf(info)].join('-') : null,
    info.parameters ? `${count(info.parameters)} parameters` : null, run.config.activation,
    run.config.batch_size ? `batches of ${count(run.config.batch_size)}` : null,
    info.train_rows ? `${count(info.train_rows)} training rows` : null,
    info.engine ? `engine ${info.engine}` : null,
  ].filter(Boolean).join(' · ');
}

const finalText = (result) => (result.restored_best ? `of the best epoch, ${count(result.best_epoch)}` : 'of the final weights');

/** What the validation figures of the result are of. */
function validatedText(result) {
  if (result.restored_best) return `of the best epoch, ${count(result.best_epoch)}`;
  return isNumber(result.val_epoch) ? `after epoch ${count(result.val_epoch)}, before the final weights` : 'of the final weights';
}

/** A tile for each figure of a part beside its loss. */
const figureTiles = (line, part, about) => figuresOf(line, part).map((key) => (isNumber(line[key]) ? tile(capital(words(key)), figure(line[key]), about) : null)).filter(Boolean);

function progressTiles({ steps, of_steps: all, seconds_left: left }, epochs) {
  const last = epochs[epochs.length - 1] || {};
  const after = `after epoch ${count(last.epoch)}, the last whole one`;
  return [tile('Iterations', figure(steps), isNumber(all) ? ['of ', figure(all), ` · ${(100 * steps / all).toFixed(1)} %`] : 'so far'),
    isNumber(left) ? tile('Time left', figure(left, duration), 'at most, at the speed so far') : null,
    ...figureTiles(last, 'val', after),
    isNumber(last.val_loss) ? tile('Validation loss', figure(last.val_loss), after) : null,
    isNumber(last.best_epoch) ? tile('Best epoch so far', figure(last.best_epoch)) : null].filter(Boolean);
}

function runTiles(run) {
  const result = run.result || {};
  const all = run.progress ? progressTiles(run.progress, run.epochs) : [];
  all.push(...figureTiles(result, 'test', finalText(result)));
  if (isNumber(result.test_loss)) all.push(tile('Test loss', figure(result.test_loss), finalText(result)));
  all.push(...figureTiles(result, 'val', validatedText(result)));
  if (isNumber(result.val_loss)) all.push(tile('Validation loss', figure(result.val_loss), validatedText(result)));
  if (isNumber(result.best_epoch)) {
    all.push(tile('Best epoch', figure(result.best_epoch), [`${words(result.monitor)} `, figure(result.best_value), result.restored_best ? ', restored' : '']));
  }
  if (isNumber(result.epochs)) all.push(tile('Epochs', figure(result.epochs), [figure(result.steps), ` iteration${result.steps === 1 ? '' : 's'}${result.stopped_early ? ', stopped early' : ''}`]));
  if (isNumber(result.seconds)) {
    const speed = run.epochs.length ? run.epochs[run.epochs.length - 1].samples_per_second : null;
    all.push(tile('Time', figure(result.seconds, duration), isNumber(speed) ? [figure(speed, (x) => count(Math.round(x))), ' samples/s'] : null));
  }
  if (result.weights_hash) all.push(tile('Weights', result.weights_hash, finalText(result), true));
  return all.length ? tiles(all) : null;
}

const bestEpoch = (run) => run.result?.best_epoch ?? run.epochs[run.epochs.length - 1]?.best_epoch;

function learningSection(run) {
  const charts = [];
  const best = bestEpoch(run);
  const quick = quickFigure(run);
  const bestMark = isNumber(best) ? [{ x: best, label: 'best' }] : [];
  if (run.steps.count > 0) {
    const many = Boolean(run.steps.loss.min);
    charts.push(lineChart({
      title: 'Training loss by iteration', log: false, height: 280, xTitle: 'iteration', xWhole: true, yTitle: lossUnit(run), yDomain: lossDomain,
      caption: many
        ? `${plural(run.steps.count, 'iteration')} in ${run.steps.first.length} equal parts: the line is each part's mean, the band reaches from its lowest to its highest batch.`
        : 'The loss of each batch before its update.',
      series: [byStep(run.steps, run.steps.loss, 'batch loss', { colour: colour(0) }),
        byStep(run.steps, run.steps.mean_loss, 'mean of the epoch so far', { colour: colour(1), dashed: true })],
    }).element);
    charts.push(lineChart({
      title: `Training ${words(quick)} by iteration`, height: 280, xTitle: 'iteration', xWhole: true, yTitle: unitOf(quick),
      caption: `The mean of the epoch so far${many ? ', at the end of each part' : ''}: it starts anew with each epoch.`,
      series: [byStep(run.steps, run.steps[`mean_${quick}`], 'mean of the epoch so far', { colour: colour(1) })],
    }).element);
  }
  for (const [figureName, title, unit] of [['loss', 'Loss by epoch', lossUnit(run)], [quick, `${capital(words(quick))} by epoch`, unitOf(quick)]]) {
    if (!has(run.epochs, `train_${figureName}`) && !has(run.epochs, `val_${figureName}`)) continue;
    const series = [byEpoch(run, `train_${figureName}`, 'training', { colour: colour(0), dashed: true })];
    if (has(run.epochs, `val_${figureName}`)) series.push(byEpoch(run, `val_${figureName}`, 'validation', { colour: colour(1) }));
    charts.push(lineChart({ title, xTitle: 'epoch', xWhole: true, yTitle: unit, log: figureName === 'loss' ? false : undefined, series, marks: bestMark,
      caption: `${epochParts(run)}Training: the mean while the epoch went on; validation: after it.`, yDomain: figureName === 'loss' ? lossDomain : undefined }).element);
  }
  if (charts.length === 0) return null;
  return section('Learning', null, h('div', { class: 'grid' }, charts),
    run.epochs.length ? h('div', { class: 'card', id: 'epochs' }, h('h3', {}, 'Epochs'), epochsLeftOut(run), scroll('Epochs', epochTable(run), run.epochs.length > 40)) : null);
}

const epochsLeftOut = (run) => (run.epoch_curves
  ? h('p', { class: 'caption' }, `Of ${count(run.epoch_count)} epochs the first, the last of each of ${run.epoch_curves.first.length} equal parts, and the best; metrics.jsonl has all.`) : null);

function epochTable(run) {
  const best = bestEpoch(run);
  const keys = [...new Set(run.epochs.flatMap(Object.keys))].filter((key) => /^(train|val)_/.test(key) && has(run.epochs, key));
  const columns = [{ label: 'Epoch', header: true, value: (e) => e.epoch, cell: (e) => [figure(e.epoch), e.epoch === best ? h('span', { class: 'mark' }, ' best') : null] }];
  for (const key of keys) columns.push({ label: capital(words(key)), numeric: true, value: (e) => e[key] });
  for (const group of Object.keys(run.epochs[0]?.learning_rates || {})) {
    columns.push({ label: `Rate, ${group}`, numeric: true, value: (e) => e.learning_rates?.[group], cell: (e) => figure(e.learning_rates?.[group], rateText) });
  }
  columns.push({ label: 'Time', numeric: true, value: (e) => e.seconds, cell: (e) => figure(e.seconds, duration) });
  columns.push({ label: 'Samples/s', numeric: true, value: (e) => e.samples_per_second, cell: (e) => figure(e.samples_per_second, (x) => count(Math.round(x))) });
  return table({ columns, rows: run.epochs, rowClass: (e) => (e.epoch === best ? 'chosen' : null) }).element;
}

function ratesSection(run) {
  const charts = [];
  const groups = Object.entries(run.steps.learning_rates);
  if (groups.length) {
    charts.push(lineChart({ title: 'Learning rates', xTitle: 'iteration', xWhole: true, yTitle: 'learning rate', log: true, valueText: rateText,
      caption: 'Of each update, by group of layers.', series: groups.map(([group, curve], i) => byStep(run.steps, curve, group, { colour: colour(i), dashed: i % 2 === 1 })) }).element);
  }
  const layers = Math.max(0, ...run.epochs.map((e) => e.update_ratios?.length || 0));
  if (layers > 0) {
    charts.push(lineChart({ title: 'Update-to-weight ratio', xTitle: 'epoch', xWhole: true, yTitle: '‖change‖ / ‖weights‖', log: true, valueText: rateText,
      caption: `${epochParts(run)}Of each layer, in the epoch’s last update. Around 1e-3 is usual; far below, a layer hardly learns.`,
      series: Array.from({ length: layers }, (_, i) => byEpoch(run, `update_ratios.${i}`, `layer ${i}`, { colour: colour(i), dashed: i % 2 === 1 })) }).element);
  }
  return charts.length ? section('Rates', null, h('div', { class: 'grid' }, charts)) : null;
}

/** Grey, or red, green and blue. */
function drawPixels(canvas, image, pixels) {
  const bytes = atob(pixels);
  const colours = image.channels || 1;
  canvas.width = image.columns;
  canvas.height = image.rows;
  const context = canvas.getContext('2d');
  const data = context.createImageData(image.columns, image.rows);
  for (let i = 0; i < bytes.length / colours; ++i) {
    const value = (c) => bytes.charCodeAt(colours * i + Math.min(c, colours - 1));
    data.data.set([value(0), value(1), value(2), 255], 4 * i);
  }
  context.putImageData(data, 0, 0);
}

/** What the data call a class; by its number where they have no names. */
const className = (test, index) => test.classes[index].name;

/** Validation rows that are held out keep the numbers that they have among all rows of training. */
const countedText = (test) => (test.counted_in
  ? `rows are counted from 0 in the ${test.counted_in} data, from which the ${test.part} part is held out` : `rows of the ${test.part} part are counted from 0`);

function gallery(test, cell) {
  const label = className(test, cell.label);
  const predicted = className(test, cell.predicted);
  const items = cell.shown.map((mistake) => {
    const text = `row ${count(mistake.row)}`;
    const canvas = mistake.pixels ? h('canvas', { role: 'img', 'aria-label': `Image of class ${label} in ${text}, taken for ${predicted}` }) : null;
    if (canvas) drawPixels(canvas, test.image, mistake.pixels);
    return h('li', {}, canvas, text, h('br'), 'sure by ', figure(mistake.probability));
  });
  const some = cell.shown.length < cell.count ? `The ${cell.shown.length} surest of ${count(cell.count)}` : `All ${count(cell.count)}`;
  return [h('h3', { tabindex: -1 }, `Class ${label}, taken for ${predicted}`), h('p', { class: 'caption' }, `${some}; ${countedText(test)}.`), h('ul', { class: 'gallery' }, items)];
}

/** How a count of the confusion matrix is shaded. */
function confusionShade(test, label, predicted) {
  const n = test.confusion[label][predicted];
  const largest = Math.max(1, ...test.confusion.flatMap((row, i) => row.filter((_, j) => j !== i)));
  const wrong = label !== predicted;
  return { tone: wrong ? '--bad' : '--good', share: n === 0 ? 0 : wrong ? 0.12 + 0.88 * (n / largest) : 0.25 + 0.6 * (n / Math.max(1, test.classes[label].support)) };
}

function confusionPicture(test) {
  const names = test.classes.map((_, c) => className(test, c));
  const rows = test.confusion.map((row, label) => row.map((n, predicted) => {
    const shade = confusionShade(test, label, predicted);
    return { ...shade, text: count(n), strong: shade.share > 0.5 };
  }));
  return matrixPicture({ title: `Confusion matrix, ${test.part} part`, xTitle: 'taken for', yTitle: 'true', xs: names, ys: names, rows });
}

function confusionTable(test, open) {
  const cells = new Map((test.mistakes || []).map((m) => [`${m.label} ${m.predicted}`, m]));
  const rows = test.confusion.map((row, label) => h('tr', {}, h('th', { scope: 'row' }, className(test, label)), row.map((n, predicted) => {
    const wrong = label !== predicted;
    const { share } = confusionShade(test, label, predicted);
    const cell = cells.get(`${label} ${predicted}`);
    const name = `${count(n)} of class ${className(test, label)} ${wrong ? 'taken for' : 'recognised as'} ${className(test, predicted)}`;
    const number = h('data', { value: exact(n) }, count(n));
    const content = cell ? h('button', { type: 'button', 'aria-expanded': 'false', 'aria-label': `${name}; show`, title: name, onclick: (event) => open(cell, event.currentTarget) }, number) : number;
    const td = h('td', { class: [wrong ? 'wrong' : 'right', n === 0 ? 'zero' : '', share > 0.5 ? 'strong' : ''].join(' '), title: name }, content);
    td.style.setProperty('--share', share.toFixed(3));
    return td;
  })));
  return h('table', { class: 'matrix', id: 'confusion' }, h('caption', {}, 'Rows: the true class. Columns: what it was taken for.', cells.size ? ' Press a count to see the samples.' : null),
    h('thead', {}, h('tr', {}, h('th', { class: 'corner', scope: 'col' }, 'true'), test.confusion.map((_, c) => h('th', { scope: 'col' }, className(test, c))))), h('tbody', {}, rows));
}

/** Of what moment of the run the tested model is. */
function modelText({ test, result }) {
  if (isNumber(test.epoch)) return `The weights after epoch ${count(test.epoch)}`;
  const steps = isNumber(test.steps) ? ` after ${plural(test.steps, 'iteration')}` : '';
  if (test.earlier) return `The model in the folder, of an earlier end of the run${steps}, not of the end of the curves`;
  return result?.restored_best ? `The model of the best epoch${steps}` : `The final model${steps}`;
}

/** On which rows it was tested. */
const testedText = (test) => (isNumber(test.of_rows) && test.rows < test.of_rows
  ? `applied to ${count(test.rows)} of the ${count(test.of_rows)} rows of the ${test.part} part, spread evenly`
  : isNumber(test.of_rows) ? `applied to the ${count(test.rows)} rows of the ${test.part} part` : `tested once on the ${count(test.rows)} rows of the ${test.part} part`);

/** Of a run that goes on: the matrix alone. */
function confusionSection(run) {
  const { test } = run;
  return section('Mistakes', `${modelText(run)}, ${testedText(test)}.`, h('div', { class: 'card' },
    h('div', { class: 'tools' }, saveButtons('Confusion matrix', () => confusionPicture(test))), scroll('Confusion', confusionTable(test, () => {}))));
}

function mistakesSection(run) {
  const test = run.test;
  if (test?.confusion && !test.mistakes) return confusionSection(run);
  if (!test?.mistakes) return null;
  const panel = h('div', { 'aria-live': 'polite' });
  let pressed = null;
  function open(cell, button) {
    pressed?.setAttribute('aria-expanded', 'false');
    pressed = button;
    button?.setAttribute('aria-expanded', 'true');
    panel.replaceChildren(...gallery(test, cell));
  }
  if (test.mistakes.length) open(test.mistakes[0], null);
  else panel.append(h('p', {}, 'No mistakes at all.'));
  const wrong = test.rows - Math.round(test.accuracy * test.rows);
  const list = table({ caption: 'The most frequent first', rows: test.mistakes, columns: [
    { label: 'Class', header: true, value: (m) => m.label, cell: (m) => className(test, m.label) }, { label: 'Taken for', value: (m) => m.predicted, cell: (m) => className(test, m.predicted) }, { label: 'Rows', numeric: true, value: (m) => m.count },
    { label: '', value: () => '', cell: (m) => h('button', { type: 'button', class: 'plain small', 'aria-label': `Show class ${className(test, m.label)} taken for ${className(test, m.predicted)}`, onclick: (event) => open(m, event.currentTarget) }, 'Show') }] }).element;
  return section('Mistakes', `${modelText(run)}, ${testedText(test)}: ${count(wrong)} mistakes.`,
    h('div', { class: 'card split' }, h('div', { class: 'narrow' }, test.confusion ? h('div', { class: 'tools' }, saveButtons('Confusion matrix', () => confusionPicture(test))) : null,
      scroll('Confusion', test.confusion ? confusionTable(test, open) : list, !test.confusion)), panel));
}

/** A share, and how long a bar it makes. */
const shareBar = (key) => (c) => {
  const box = h('span', { class: 'barbox', 'aria-hidden': 'true' }, h('span', { class: 'bar' }));
  box.firstChild.style.setProperty('--share', c[key]);
  return [figure(c[key]), box];
};

function classesSection(run) {
  const test = run.test;
  if (!test?.classes) return null;
  const made = table({ sortable: true, rows: test.classes.map((c, index) => ({ ...c, index })), columns: [
    { label: 'Class', header: true, value: (c) => c.index, cell: (c) => c.name },
    ...['precision', 'recall', 'f1'].map((key) => ({ label: capital(words(key)), numeric: true, value: (c) => c[key], cell: shareBar(key) })),
    { label: 'Support', numeric: true, value: (c) => c.support, title: 'Rows of the class' }, { label: 'Predicted', numeric: true, value: (c) => c.predicted, title: 'Rows taken for the class' }] });
  made.element.id = 'classes-table';
  return section('Classes', ['Precision: of the rows taken for a class, the share that belongs to it. Recall: of its rows, the share that was found. Mean F1 ', figure(test.macro_f1), '.'],
    h('div', { class: 'card' }, scroll('Classes', made.element, test.classes.length > 20)));
}

/** A text that names options, each as code. */
const withOptions = (text) => text.split(/‹([a-z0-9_]+)›/).map((part, i) => (i % 2 ? h('code', {}, part) : part));

const evidenceText = (value) => (isNumber(value) ? figure(value) : Array.isArray(value) ? value.map((v, i) => [i ? ' – ' : '', evidenceText(v)]) : value === null ? '–' : String(value));

function findingCard(finding, note) {
  const where = [finding.group, isNumber(finding.layer) ? `layer ${finding.layer}` : null].filter(Boolean).join(', ');
  return h('article', { class: note ? 'card finding' : 'card finding costs', 'data-code': finding.code },
    h('h3', {}, `${finding.code} · ${capital(finding.title)}`, where ? ` · ${where}` : null, note ? h('span', { class: 'chip' }, 'note') : null),
    h('p', {}, finding.meaning),
    h('dl', { class: 'evidence' }, Object.entries(finding.evidence).map(([name, value]) => h('div', {}, h('dt', {}, words(name)), h('dd', {}, evidenceText(value))))),
    h('p', { class: 'advice' }, 'To do: ', withOptions(finding.advice)));
}

/** What costs accuracy or time, then what is merely so. */
function diagnosisSection(run) {
  const diagnosis = run.diagnosis;
  if (!diagnosis || diagnosis.findings.length + diagnosis.notes.length === 0) return null;
  const about = diagnosis.findings.length ? `What costs accuracy or time: ${plural(diagnosis.findings.length, 'finding')}.` : 'Nothing that costs accuracy or time was found.';
  return section('Diagnosis', about, diagnosis.findings.map((f) => findingCard(f, false)), diagnosis.notes.map((f) => findingCard(f, true)));
}

function configurationTable(config) {
  const rows = Object.entries(config).filter(([key]) => key !== 'command' && key !== 'strata_version' && key !== 'kind');
  return table({ rows, columns: [{ label: 'Option', header: true, value: (r) => r[0], cell: (r) => h('code', {}, r[0]) }, { label: 'Value', text: true, value: (r) => optionText(r[1]) }] }).element;
}

function configurationSection(folder, title = 'Configuration') {
  const config = folder.config;
  return section(title, null, config.command ? commandBox('The command that repeats it', config.command) : null,
    h('div', { class: 'card' }, h('h3', {}, 'Every option that shapes it'), scroll('Options', configurationTable(config))));
}

function runPage(folder) {
  const run = { ...folder, test: folder.test || folder.judged };  // of the epoch, while there is no end
  return { eyebrow: 'Run', title: run.name, status: statusOf(run), lead: networkText(run), summary: runTiles(run),
    sections: [diagnosisSection(run), learningSection(run), ratesSection(run), mistakesSection(run), classesSection(run), labelsSection(run), curvesSection(run), numbersSection(run), importanceSection(run), configurationSection(run)] };
}
