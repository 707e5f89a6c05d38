// Several runs on one page.

function overlay(runs, title, about, key, more = {}) {
  const series = runs.filter((run) => has(run.epochs, key)).map((run) => byEpoch(run, key, run.label, { colour: run.colour, dashed: run.dashed }));
  return series.length ? lineChart({ title, caption: about, xTitle: 'epoch', xWhole: true, series, ...more }).element : null;
}

function overlayByStep(runs) {
  const series = runs.filter((run) => run.steps.count > 0).map((run) => byStep(run.steps, run.steps.loss, run.label, { colour: run.colour, dashed: run.dashed }));
  return series.length ? lineChart({ title: 'Training loss by iteration', caption: 'Lines: means of equal parts of each run; bands: from the lowest to the highest batch of a part.',
    xTitle: 'iteration', xWhole: true, yTitle: lossUnit(runs[0]), log: false, yDomain: lossDomain, series, height: 280 }).element : null;
}

function figureByStep(runs, name) {
  const series = runs.filter((run) => run.steps.quick === name && run.steps.count > 0).map((run) => byStep(run.steps, run.steps[`mean_${name}`], run.label, { colour: run.colour, dashed: run.dashed }));
  return series.length ? lineChart({ title: `Training ${words(name)} by iteration`, caption: 'The mean of the epoch so far, which starts anew with each epoch.',
    xTitle: 'iteration', xWhole: true, yTitle: unitOf(name), series, height: 280 }).element : null;
}

function resultsTable(runs) {
  const get = (key) => (run) => run.result?.[key];
  const columns = [{ label: 'Run', header: true, value: (r) => r.label, cell: (r) => [swatchOf(r), r.label] },
    { label: 'Status', value: statusOf, cell: (r) => h('span', { class: `status ${statusOf(r)}` }, statusOf(r)) }];
  const figures = (part) => [...new Set(runs.flatMap((run) => figuresOf(run.result, part)))];
  for (const key of [...figures('test'), 'test_loss', ...figures('val'), 'val_loss', 'train_loss', 'best_epoch', 'best_value', 'epochs', 'steps']) {
    if (runs.some((r) => isNumber(r.result?.[key]))) columns.push({ label: capital(words(key)), numeric: true, value: get(key) });
  }
  columns.push({ label: 'Time', numeric: true, value: get('seconds'), cell: (r) => figure(r.result?.seconds, duration) }, { label: 'Weights', value: get('weights_hash'), cell: (r) => h('code', {}, r.result?.weights_hash || '–') });
  const made = table({ columns, rows: runs, sortable: true });
  made.element.id = 'results-table';
  return made.element;
}

function swatchOf(item) {
  const swatch = h('span', { class: item.dashed ? 'swatch dashed' : 'swatch' });
  swatch.style.cssText = 'display:inline-block;margin-right:.5rem;vertical-align:.25em';
  swatch.style.borderTopColor = item.colour;
  return swatch;
}

function differences(runs) {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.config)))].filter((key) => key !== 'command');
  return keys.filter((key) => new Set(runs.map((run) => JSON.stringify(run.config[key]))).size > 1);
}

function differencesTable(runs) {
  const rows = differences(runs);
  if (rows.length === 0) return h('p', {}, 'They differ in no option.');
  const made = table({ rows, columns: [{ label: 'Option', header: true, value: (key) => key, cell: (key) => h('code', {}, key) },
    ...runs.map((run) => ({ label: run.label, text: true, value: (key) => optionText(run.config[key]) }))] });
  made.element.id = 'differences-table';
  return made.element;
}

function classesTable(runs) {
  const tested = runs.filter((run) => run.test?.classes);
  if (tested.length === 0) return null;
  const classes = Math.max(...tested.map((run) => run.test.classes.length));
  const made = table({ sortable: true, rows: Array.from({ length: classes }, (_, i) => i), columns: [{ label: 'Class', header: true, value: (i) => i, cell: (i) => String(i) },
    ...tested.map((run) => ({ label: run.label, numeric: true, value: (i) => run.test.classes[i]?.f1 }))] });
  return section('Classes', 'F1 of each class, by run.', h('div', { class: 'card' }, scroll('F1 of each class', made.element, classes > 20)));
}

function comparePage(folders) {
  const names = folders.map((f) => f.name);
  const runs = folders.map((f, i) => ({ ...f, label: names.filter((n) => n === f.name).length > 1 ? f.path : f.name, colour: colour(i), dashed: Math.floor(i / kColours.length) % 2 === 1 }));
  const seen = new Map();
  for (const run of runs) {  // the same folder twice is still two lines
    seen.set(run.label, (seen.get(run.label) || 0) + 1);
    if (seen.get(run.label) > 1) run.label = `${run.label} (${seen.get(run.label)})`;
  }
  const quick = [...new Set(runs.map(quickFigure))];
  const sections = [
    section('Results', null, h('div', { class: 'card' }, scroll('Results', resultsTable(runs)))),
    section('Differences', 'Options that are not the same in all of them; all others are.', h('div', { class: 'card' }, scroll('Differences', differencesTable(runs)))),
    section('Learning', null, h('div', { class: 'grid' }, [overlayByStep(runs), ...quick.map((name) => figureByStep(runs, name)),
      overlay(runs, 'Validation loss', 'After each epoch.', 'val_loss', { log: false, yTitle: lossUnit(runs[0]), yDomain: lossDomain }),
      ...quick.map((name) => overlay(runs, `Validation ${words(name)}`, 'After each epoch.', `val_${name}`, { yTitle: unitOf(name) })),
      overlay(runs, 'Training loss', 'The mean while the epoch went on.', 'train_loss', { log: false, yTitle: lossUnit(runs[0]), yDomain: lossDomain }),
      ...quick.map((name) => overlay(runs, `Training ${words(name)}`, 'The mean while the epoch went on.', `train_${name}`, { yTitle: unitOf(name) }))])),
    classesTable(runs),
    section('Commands', null, runs.filter((run) => run.config.command).map((run) => commandBox(run.label, run.config.command))),
  ];
  return { eyebrow: `Comparison of ${folders.length} runs`, title: runs.map((r) => r.label).join(', '), status: null, lead: '', summary: null, sections,
    notes: runs.flatMap((run) => run.notes.map((note) => `${run.label}: ${note}`)) };
}
