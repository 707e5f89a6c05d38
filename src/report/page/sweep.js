// The page of a sweep. A candidate is one point of the sweep; it has a trial for each seed.

const number = (text) => (text !== undefined && text !== '' && Number.isFinite(Number(text)) ? Number(text) : text);
const isRate = (name) => name.endsWith('lr');
const axisText = (name, value) => (value === undefined ? '–' : isRate(name) && typeof number(value) === 'number' ? rateText(number(value)) : String(value));

// What belongs to the epoch by which a trial is ranked; trials of earlier versions have the command of their end alone.
const hashOf = (run) => run?.best_weights_hash;
const commandOf = (run) => run.best_command || run.command;

/** The name of the figure that is told beside the training loss. */
const quickOfTrials = (candidates) => (candidates.flatMap((c) => figuresOf(c.best?.final, 'train'))[0] || 'train_accuracy').slice('train_'.length);

/** The candidates with what the page shows of them. */
function sweepModel(folder) {
  const monitor = folder.config.monitor;
  const candidates = folder.candidates.map((c, i) => {
    const runs = c.runs.map((key) => folder.trials[key]);
    const done = runs.filter((run) => run.status === 'completed' && isNumber(run.best?.[monitor]));
    const best = done.reduce((a, b) => (a === null || (folder.higher_is_better ? b.best[monitor] > a.best[monitor] : b.best[monitor] < a.best[monitor]) ? b : a), null);
    const failed = runs.find((run) => run.status !== 'completed');
    const status = isNumber(c.value) ? 'completed' : failed ? failed.status : 'no figure';
    return { ...c, rank: i + 1, runs, best, status, failure: failed?.status, reason: failed?.reason || '' };
  });
  const axes = [...new Set(candidates.flatMap((c) => Object.keys(c.varied)))].map((name) => {
    const texts = [...new Set(candidates.map((c) => c.varied[name]).filter((v) => v !== undefined))];
    const numeric = texts.every((t) => typeof number(t) === 'number');
    texts.sort((a, b) => (numeric ? number(a) - number(b) : a.localeCompare(b, 'en', { numeric: true })));
    return { name, texts, numeric };
  });
  const telling = axes.filter((a) => a.texts.length > 1 || axes.length === 1);
  for (const c of candidates) {
    c.label = telling.filter((a) => c.varied[a.name] !== undefined).map((a) => `${a.name} ${axisText(a.name, c.varied[a.name])}`).join(', ') || 'the only one';
  }
  return { folder, monitor, candidates, axes };
}

/** The share of the finished ones that are no better, from 0 (worst) to 1 (best), for colours. */
function ranker(items, higher) {
  const sorted = items.map((c) => c.value).filter(isNumber).sort((a, b) => (higher ? a - b : b - a));
  return (value) => (sorted.length < 2 ? 1 : sorted.indexOf(value) / (sorted.length - 1));
}

/** Where a value lies between the worst and the best, from 0 to 1. Losses that explode count as the worst of the others. */
function valuer(items, higher, loss) {
  const values = items.map((c) => c.value).filter(isNumber);
  const [low] = extent(values);
  const high = loss ? lossTop(values) : extent(values)[1];
  const share = (value) => (high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0);
  return higher ? share : (value) => 1 - share(value);
}

const heatKey = (higher, choice) => h('p', { class: 'key' }, h('span', {}, 'worst', h('span', { class: 'ramp' }), `best (${higher ? 'higher' : 'lower'} is better)`), choice,
  h('span', {}, h('span', { class: 'hatch' }), 'diverged or failed'), h('span', {}, 'empty: not measured'));

/** The maps that `make(shade)` gives, coloured by rank, which tells the good ones apart, or by value. Returns {key, box, draw}. */
function shadedMaps(items, higher, loss, make) {
  const shades = { rank: ranker(items, higher), value: valuer(items, higher, loss) };
  const box = h('div', { class: 'heats' });
  let by = 'rank';
  const draw = () => box.replaceChildren(...make(shades[by]));
  const choice = select('Colour by ', [['rank', 'rank'], ['value', 'value']], by, (chosen) => { by = chosen; draw(); });
  draw();
  return { key: heatKey(higher, choice), box, draw };
}

/** A grid of measured values: cells [{x, y, value, diverged, title, press, pressed}]; `shade` gives a value 0 to 1; `spot` hears of each cell's element. */
function heatMap({ title, xTitle, yTitle, xs, ys, cells, shade, spot = () => {} }) {
  const at = new Map(cells.map((cell) => [`${cell.y}|${cell.x}`, cell]));
  const best = cells.reduce((a, c) => (isNumber(c.value) && (a === null || shade(c.value) > shade(a.value)) ? c : a), null);
  const shareOf = (cell) => (isNumber(cell.value) ? 0.04 + 0.96 * shade(cell.value) : 0);
  const down = [...ys].reverse();
  function picture() {
    const rows = down.map((y) => xs.map((x) => {
      const cell = at.get(`${y}|${x}`);
      return cell ? { text: isNumber(cell.value) ? short(cell.value) : cell.title || 'diverged', tone: '--accent', share: shareOf(cell), strong: shareOf(cell) > 0.55, best: cell === best, hatched: cell.diverged } : null;
    }));
    return matrixPicture({ title, xTitle, yTitle, xs: xs.map((x) => axisText(xTitle, x)), ys: down.map((y) => axisText(yTitle, y)), rows });
  }
  const rows = down.map((y) => h('tr', {}, h('th', { scope: 'row' }, axisText(yTitle, y)), xs.map((x) => {
    const cell = at.get(`${y}|${x}`);
    if (!cell) {
      const absent = h('td', { class: 'absent', title: 'not measured' }, h('span', { class: 'hidden' }, 'not measured'));
      spot(x, y, absent);
      return absent;
    }
    const share = shareOf(cell);
    const content = isNumber(cell.value) ? figure(cell.value) : cell.title || 'diverged';
    const td = h('td', { class: [cell.diverged ? 'diverged' : '', share > 0.55 ? 'strong' : '', cell === best ? 'best' : ''].join(' '), title: cell.hint },
      cell.press ? h('button', { type: 'button', 'aria-label': `${cell.hint}; draw its curve`, onclick: cell.press }, content) : content);
    td.style.setProperty('--share', share.toFixed(3));
    spot(x, y, td);
    return td;
  })));
  return h('figure', {}, h('figcaption', {}, title, ' ', h('span', { class: 'tools' }, saveButtons(title, picture))), scroll(title, h('table', { class: 'matrix heat' },
    h('thead', {}, h('tr', {}, h('th', { class: 'corner', scope: 'col' }, `${yTitle} ↓  ${xTitle} →`), xs.map((x) => h('th', { scope: 'col' }, axisText(xTitle, x))))), h('tbody', {}, rows))));
}

const select = (label, options, value, change) =>
  h('label', {}, label, h('select', { onchange: (event) => change(event.target.value) }, options.map(([key, text]) => h('option', { value: key, selected: key === value }, text))));

const kMapSide = 20;  // values of an axis that a map has room for

/** {key, box}: one heat map for each pair of optimizers, or whatever is neither of the two axes and not fixed. null if there are no two axes. */
function heatMaps(model, choose, what) {
  const { axes, candidates, folder } = model;
  const able = axes.filter((a) => a.texts.length > 1 && a.texts.length <= kMapSide);
  if (able.length < 2) return null;
  const wanted = (name, but) => able.find((a) => a.name === name) || able.find((a) => a.name.endsWith(name) && a !== but);
  const state = { y: (wanted('lower.lr') || able.find((a) => a.numeric) || able[0]).name };
  state.x = (wanted('upper.lr') || able.find((a) => a.numeric && a.name !== state.y) || able.find((a) => a.name !== state.y)).name;
  if (state.x === state.y) state.x = able.find((a) => a.name !== state.y).name;
  const pick = h('div', { class: 'filters' });

  function maps(shade) {
    const panelAxes = axes.filter((a) => ['lower', 'upper'].includes(a.name) && a.name !== state.x && a.name !== state.y && a.texts.length > 1);
    const panels = new Map();
    what?.forgetSpots();
    for (const c of candidates) {
      if (c.varied[state.x] === undefined || c.varied[state.y] === undefined) continue;
      const key = panelAxes.map((a) => `${a.name} ${c.varied[a.name] ?? '–'}`).join(', ') || `${words(model.monitor)} at the best epoch`;
      if (!panels.has(key)) panels.set(key, []);
      panels.get(key).push(c);
    }
    const axis = (name) => axes.find((a) => a.name === name);
    return [...panels].map(([title, members]) => {
      const byCell = new Map();
      for (const c of members) {  // ranked: the first of a cell is its best
        const key = `${c.varied[state.y]}|${c.varied[state.x]}`;
        if (!byCell.has(key)) byCell.set(key, []);
        byCell.get(key).push(c);
      }
      const cells = [...byCell.values()].map((own) => {
        const c = own[0];
        const finished = isNumber(c.value);
        const more = own.length > 1 ? `; the best of ${own.length}` : '';
        const spread = isNumber(c.deviation) ? `, deviation ${exact(c.deviation)}` : '';
        return { x: c.varied[state.x], y: c.varied[state.y], value: finished ? c.value : null, diverged: !finished, title: c.status,
          hint: finished ? `${c.label}: ${exact(c.value)}${spread}${more}` : `${c.label}: ${c.status}, ${c.reason}`, press: () => { what?.show(c); choose(c); } };
      });
      const used = (a) => a.texts.filter((t) => cells.some((cell) => cell.x === t || cell.y === t));
      const panel = Object.fromEntries(panelAxes.map((a) => [a.name, members[0].varied[a.name]]).filter(([, text]) => text !== undefined));
      const spot = (x, y, td) => what?.spot({ ...panel, [state.x]: x, [state.y]: y }, td);
      return heatMap({ title, xTitle: state.x, yTitle: state.y, xs: used(axis(state.x)), ys: used(axis(state.y)), cells, shade, spot });
    });
  }
  const marked = (shade) => {
    const figures = maps(shade);
    what?.mark();
    return figures;
  };
  const shown = shadedMaps(candidates, folder.higher_is_better, model.monitor.endsWith('loss'), marked);
  if (able.length > 2) {
    const options = able.map((a) => [a.name, a.name]);
    const drawPick = () => pick.replaceChildren(
      select('Down', options, state.y, (name) => { if (name === state.x) state.x = state.y; state.y = name; drawPick(); shown.draw(); }),
      select('Across', options, state.x, (name) => { if (name === state.y) state.y = state.x; state.x = name; drawPick(); shown.draw(); }));
    drawPick();
  }
  if (what) shown.key.append(h('span', {}, h('span', { class: 'ring' }), 'chosen'));
  return { key: shown.key, box: h('div', {}, able.length > 2 ? pick : null, shown.box) };
}

/** What the rates did, what to choose, the maps with the chosen one marked, and its curve. */
function whatIfSection(model, choose) {
  const what = whatIf(model);
  const maps = heatMaps(model, choose, what);
  const sentences = sentenceList(model.folder.rate_sentences || []);
  if (!what && !maps && !sentences) return null;
  const about = [what ? 'Move the sliders: only what was measured is shown.' : null,
    maps ? `Maps show the ${words(model.monitor)} at the best epoch; where several trials share a cell, it shows the best. Press a cell to go there, and to draw its curve below.` : null].filter(Boolean).join(' ');
  return section(what ? 'What if' : maps ? 'Map' : 'Rates', about, sentences,
    what || maps ? h('div', { class: 'card' }, what?.controls, maps?.key, h('div', { class: 'whatif' }, maps?.box, what?.chart)) : null);
}

/** Dots in the plane of two rates that have too many values for a map. */
function scatterSpec(model, [x, y], shown, chosen) {
  const rank = ranker(model.candidates, model.folder.higher_is_better);
  const dots = shown.filter((c) => c.varied[x.name] !== undefined && c.varied[y.name] !== undefined).map((c) => {
    const finished = isNumber(c.value);
    return { x: number(c.varied[x.name]), y: number(c.varied[y.name]), rank: c.rank, shape: finished ? 'circle' : 'cross', colour: chosen.get(c) || (finished ? 'var(--accent)' : 'var(--bad)'),
      opacity: chosen.has(c) ? 1 : finished ? 0.1 + 0.8 * rank(c.value) ** 2 : 0.5, size: chosen.has(c) ? 160 : 70 };
  });
  const scale = (axis) => {
    const [low, high] = extent(axis.texts.map(number));
    const log = low > 0 && high / low > 30;
    return { type: log ? 'log' : 'linear', domain: log ? [low / 1.3, high * 1.3] : [low - (high - low) * 0.04, high + (high - low) * 0.04], zero: false };
  };
  const [sx, sy] = [scale(x), scale(y)];
  return {
    description: 'Dots', autosize: { type: 'fit', contains: 'padding' }, height: 380, padding: 4, background: null, config: kConfig,
    data: [{ name: 'dots', values: dots }], scales: [{ name: 'x', range: 'width', ...sx }, { name: 'y', range: 'height', ...sy }],
    axes: [axis('bottom', 'x', x.name, sx.domain, sx.type === 'log', { format: sx.type === 'log' ? '.0e' : undefined, tickCount: { signal: 'ceil(width / 90)' } }), axis('left', 'y', y.name, sy.domain, sy.type === 'log', { format: sy.type === 'log' ? '.0e' : undefined, minExtent: 36 })],
    marks: [{ type: 'symbol', from: { data: 'dots' }, encode: { update: { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' }, fill: { field: 'colour' }, shape: { field: 'shape' }, opacity: { field: 'opacity' }, size: { field: 'size' }, cursor: { value: 'pointer' } } } }],
  };
}

/** null if no two numbers were drawn from ranges; else {element, draw}. */
function scatterSection(model, state, choose) {
  const drawn = model.axes.filter((a) => a.numeric && a.texts.length > kMapSide);
  if (drawn.length < 2) return null;
  const pair = [drawn.find((a) => a.name === 'upper.lr') || drawn[1], drawn.find((a) => a.name === 'lower.lr') || drawn[0]];
  const plot = h('div', { class: 'plot', role: 'img', 'aria-label': `Dots: ${pair[0].name} across, ${pair[1].name} up, the stronger the better, crosses diverged; the table of trials has the same values.` });
  const tooltip = document.getElementById('tooltip');
  const chart = drawing(plot, () => scatterSpec(model, pair, state.shown(), state.chosen), (view) => {
    const candidate = (item) => (item?.datum?.rank ? model.candidates[item.datum.rank - 1] : null);
    view.addEventListener('click', (event, item) => { const c = candidate(item); if (c) choose(c); });
    view.addEventListener('mousemove', (event, item) => {
      const c = candidate(item);
      tooltip.hidden = !c;
      if (!c) return;
      tooltip.textContent = `${c.rank}: ${c.label}: ${isNumber(c.value) ? short(c.value) : c.status}`;
      tooltip.style.left = `${Math.min(event.clientX + 12, window.innerWidth - 260)}px`;
      tooltip.style.top = `${event.clientY + 14}px`;
    });
    view.addEventListener('mouseout', () => { tooltip.hidden = true; });
  });
  return { draw: chart.draw, element: section('Plane', `${pair[1].name} and ${pair[0].name} were drawn from ranges. A dot is a trial: the stronger, the better its ${words(model.monitor)}; crosses diverged or failed. Press one to draw its curve.`,
    h('div', { class: 'card' }, h('div', { class: 'tools' }, saveButtons('Plane', () => chartPicture(`${words(model.monitor)} by ${pair[0].name} and ${pair[1].name}`, scatterSpec(model, pair, state.shown(), state.chosen), []))), plot)) };
}

/** Where a value lies on its axis, from 0 to 1. */
function placer(axis) {
  if (!axis.numeric) return (text) => (axis.texts.length < 2 ? 0.5 : axis.texts.indexOf(text) / (axis.texts.length - 1));
  const values = axis.texts.map(number);
  const [low, high] = extent(values);
  const log = low > 0 && high / low > 30;
  const scale = log ? Math.log : (x) => x;
  return values.length < 2 ? () => 0.5 : (text) => (scale(number(text)) - scale(low)) / (scale(high) - scale(low));
}

/** Round numbers within the range, on the scale that placer takes. */
const roundTicks = ([low, high]) => (low > 0 && high / low > 30 ? logTicks([low, high]) : vega.scale('linear')().domain([low, high]).ticks(5));

function parallelSpec(model, shown, chosen) {
  const axes = model.axes.filter((a) => a.texts.length > 1);
  const higher = model.folder.higher_is_better;
  const rank = ranker(model.candidates, higher);
  const columns = [...axes.map((a) => a.name), model.monitor];
  const places = axes.map(placer);
  const lines = [];
  shown.forEach((c) => {
    const mark = chosen.get(c);
    const finished = isNumber(c.value);
    const look = { id: c.rank, colour: mark || (finished ? 'var(--accent)' : 'var(--bad)'), opacity: mark ? 1 : finished ? 0.06 + 0.5 * rank(c.value) ** 3 : 0.18, thick: mark ? 3 : 1.3, above: mark ? 1 : 0 };
    axes.forEach((a, i) => { if (c.varied[a.name] !== undefined) lines.push({ ...look, column: columns[i], y: places[i](c.varied[a.name]) }); });
    lines.push({ ...look, column: model.monitor, y: finished ? 0.08 + 0.92 * rank(c.value) : 0 });
  });
  lines.sort((a, b) => a.above - b.above);
  const ticks = axes.flatMap((a, i) => {
    if (a.numeric && a.texts.length > 12) {
      const range = extent(a.texts.map(number));
      return roundTicks(range).map((x) => ({ column: columns[i], y: places[i](x), text: axisText(a.name, x) }));
    }
    const step = Math.ceil(a.texts.length / 8);
    return a.texts.filter((_, k) => k % step === 0 || k === a.texts.length - 1).map((text) => ({ column: columns[i], y: places[i](text), text: axisText(a.name, text) }));
  });
  const sorted = model.candidates.filter((c) => isNumber(c.value));
  if (sorted.length) [0, 0.25, 0.5, 0.75, 1].forEach((q) => { const c = sorted[Math.round(q * (sorted.length - 1))]; ticks.push({ column: model.monitor, y: 0.08 + 0.92 * rank(c.value), text: short(c.value) }); });
  if (shown.some((c) => !isNumber(c.value))) ticks.push({ column: model.monitor, y: 0, text: 'diverged' });
  const at = { x: { scale: 'x', field: 'column' }, y: { scale: 'y', field: 'y' } };
  return {
    description: 'Parallel coordinates', autosize: { type: 'fit', contains: 'padding' }, height: 320, padding: { left: 8, right: 8, top: 6, bottom: 4 }, background: null, config: kConfig,
    data: [{ name: 'lines', values: lines }, { name: 'ticks', values: ticks }, { name: 'columns', values: columns.map((column) => ({ column })) }],
    scales: [{ name: 'x', type: 'point', domain: columns, range: 'width', padding: 0.35 }, { name: 'y', domain: [0, 1], range: [{ signal: 'height - 4' }, 26] }],
    marks: [
      { type: 'rule', from: { data: 'columns' }, encode: { update: { x: at.x, y: { value: 26 }, y2: { signal: 'height - 4' }, stroke: { value: 'var(--line)' } } } },
      { type: 'text', from: { data: 'columns' }, encode: { update: { x: at.x, y: { value: 10 }, text: { field: 'column' }, align: { value: 'center' }, fill: { value: 'var(--ink)' }, font: { value: kFont }, fontSize: { value: 12 }, fontWeight: { value: 600 } } } },
      { type: 'group', from: { facet: { name: 'one', data: 'lines', groupby: 'id' } }, marks: [
        { type: 'line', from: { data: 'one' }, encode: { update: { ...at, stroke: { field: 'colour' }, strokeOpacity: { field: 'opacity' }, strokeWidth: { field: 'thick' }, interpolate: { value: 'monotone' } } } }] },
      { type: 'text', from: { data: 'ticks' }, encode: { update: { x: { ...at.x, offset: 6 }, y: at.y, text: { field: 'text' }, baseline: { value: 'middle' }, limit: { value: 150 }, stroke: { value: 'var(--surface)' }, strokeWidth: { value: 4 }, strokeOpacity: { value: 0.85 }, font: { value: kFont }, fontSize: { value: 11 } } } },
      { type: 'text', from: { data: 'ticks' }, encode: { update: { x: { ...at.x, offset: 6 }, y: at.y, text: { field: 'text' }, baseline: { value: 'middle' }, limit: { value: 150 }, fill: { value: 'var(--soft)' }, font: { value: kFont }, fontSize: { value: 11 } } } },
    ],
  };
}

const kMostChosen = 8;

function sweepPage(folder) {
  const model = sweepModel(folder);
  const { candidates, axes, monitor } = model;
  const chosen = new Map();  // candidate → colour
  const seeds = Math.max(1, ...candidates.map((c) => c.runs.length));
  const finished = candidates.filter((c) => isNumber(c.value));
  let shown = candidates;

  // ---- the chosen ones
  const freeColour = () => kColours.find((c) => ![...chosen.values()].includes(c));
  function choose(candidate, on = !chosen.has(candidate)) {
    if (on && !chosen.has(candidate)) {
      if (chosen.size >= kMostChosen) chosen.delete(chosen.keys().next().value);
      chosen.set(candidate, freeColour());
    } else if (!on) chosen.delete(candidate);
    refresh();
  }

  // ---- curves
  const figures = [...new Set(candidates.flatMap((c) => c.runs.flatMap((run) => Object.keys(run.curve || {}))))];
  let shownFigure = figures.includes(monitor) ? monitor : figures[0];
  const curveSeries = () => [...chosen].flatMap(([c, look]) => c.runs.filter((run) => run.curve?.[shownFigure]).map((run) => ({
    name: `${c.rank}: ${c.label}`, colour: look,
    points: run.curve[shownFigure].map((y, i) => ({ x: run.curve_epochs ? run.curve_epochs[i] : i + 1, y })) })));
  const curves = figures.length ? lineChart({ title: 'Curves of the chosen', xTitle: 'epoch', xWhole: true, yTitle: 'by epoch', log: false, yDomain: lossDomain, series: [], height: 280,
    caption: seeds > 1 ? 'A line for each seed. Choose trials in the table or the map.' : 'Choose trials in the table or the map.' }) : null;
  if (curves) curves.tools.prepend(select('', figures.map((f) => [f, words(f)]), shownFigure, (f) => { shownFigure = f; refresh(); }));
  const chosenList = h('ul', { class: 'chosen-list' });

  // ---- parallel coordinates
  const parallelPlot = h('div', { class: 'plot', role: 'img', 'aria-label': 'Parallel coordinates of the trials in the table below, an axis for each varied option and one for the result; the table has the same values.' });
  parallelPlot.style.cursor = 'default';
  const parallel = axes.some((a) => a.texts.length > 1) ? drawing(parallelPlot, () => parallelSpec(model, shown, chosen)) : null;

  const scatter = scatterSection(model, { shown: () => shown, chosen }, choose);

  // ---- the table
  const boxes = new Map();
  const quick = quickOfTrials(candidates);
  const finalKeys = ['val_loss', `val_${quick}`, 'train_loss', `test_${quick}`].filter((key) => candidates.some((c) => isNumber(c.best?.final?.[key])));
  const columns = [
    { label: 'Rank', header: true, value: (c) => c.rank, cell: (c) => {
      const box = h('input', { type: 'checkbox', 'aria-label': `Draw the curve of rank ${c.rank}: ${c.label}` });
      box.addEventListener('change', () => choose(c, box.checked));
      boxes.set(c, box);
      return h('label', {}, box, ` ${c.rank}`, c.tied && c.rank > 1 ? h('span', { class: 'mark', title: 'Tied with the best: it differs by less than the seeds do' }, ' tie') : null);
    } },
    ...axes.map((a) => ({ label: a.name, numeric: a.numeric, value: (c) => number(c.varied[a.name]), cell: (c) => h('span', { title: c.varied[a.name] }, axisText(a.name, c.varied[a.name])) })),
    { label: `Best ${words(monitor)}`, numeric: true, value: (c) => c.value },
    seeds > 1 ? { label: '± deviation', numeric: true, value: (c) => c.deviation } : null,
    { label: 'at epoch', numeric: true, value: (c) => c.best?.best?.epoch },
    seeds > 1 ? { label: 'Seeds', title: 'Completed, of all', numeric: true, value: (c) => c.completed, cell: (c) => (c.completed < c.runs.length ? `${c.completed} of ${c.runs.length}` : figure(c.runs.length)) } : null,
    new Set(candidates.map((c) => c.epochs)).size > 1 ? { label: 'Epochs', numeric: true, value: (c) => c.epochs } : null,
    ...finalKeys.map((key) => ({ label: `Final ${words(key)}`, title: seeds > 1 ? 'Of the best seed' : undefined, numeric: true, value: (c) => c.best?.final?.[key] })),
    { label: 'Status', value: (c) => c.status, cell: (c) => h('span', { class: `status ${c.status}`, title: c.reason }, c.status) },
    { label: 'Time', numeric: true, value: (c) => c.runs.reduce((sum, run) => sum + (run.seconds || 0), 0), cell: (c) => figure(c.runs.reduce((sum, run) => sum + (run.seconds || 0), 0), duration) },
    { label: 'Command', sortable: false, screenOnly: true, value: () => '', cell: (c) => copyButton(c.runs.map(commandOf).join('\n'), `Copy the command of rank ${c.rank}`) },
  ].filter(Boolean);
  const trials = table({ columns, rows: candidates, sortable: true, rowClass: (c) => (isNumber(c.value) ? null : 'bad') });
  trials.element.id = 'trials-table';

  // ---- filters
  const filter = { text: '', status: '', axes: {} };
  const counter = h('output', { 'aria-live': 'polite' });
  const texts = new Map(candidates.map((c) => [c, `${c.label} ${Object.values(c.varied).join(' ')} ${c.status} ${c.reason}`.toLowerCase()]));
  const passes = (c) => filter.text.split(/\s+/).every((word) => texts.get(c).includes(word)) && (!filter.status || c.status === filter.status) &&
    Object.entries(filter.axes).every(([name, value]) => !value || c.varied[name] === value);
  function applyFilter() {
    shown = candidates.filter(passes);
    counter.textContent = `${count(shown.length)} of ${count(candidates.length)}`;
    trials.show(shown);
    parallel?.draw();
    scatter?.draw();
  }
  const statuses = [...new Set(candidates.map((c) => c.status))];
  const filters = h('div', { class: 'filters', role: 'search', 'aria-label': 'Filter the trials' },
    h('label', {}, 'Containing', h('input', { type: 'search', placeholder: 'adam 0.01', oninput: (event) => { filter.text = event.target.value.toLowerCase().trim(); applyFilter(); } })),
    axes.filter((a) => a.texts.length > 1 && a.texts.length <= 24).map((a) => select(a.name, [['', 'all'], ...a.texts.map((t) => [t, axisText(a.name, t)])], '', (value) => { filter.axes[a.name] = value; applyFilter(); })),
    statuses.length > 1 ? select('status', [['', 'all'], ...statuses.map((s) => [s, s])], '', (value) => { filter.status = value; applyFilter(); }) : null, counter);

  function refresh() {
    for (const [c, box] of boxes) {
      box.checked = chosen.has(c);
      trials.row(c).classList.toggle('chosen', chosen.has(c));
    }
    curves?.update({ series: curveSeries(), yTitle: words(shownFigure), yDomain: shownFigure.endsWith('loss') ? lossDomain : undefined });
    parallel?.draw();
    scatter?.draw();
    chosenList.replaceChildren(...[...chosen].map(([c, look]) => h('li', { class: 'card' }, h('div', { class: 'head' }, h('h3', {}, swatchOf({ colour: look }), `Rank ${c.rank}: ${c.label}`),
      h('button', { type: 'button', class: 'plain small', 'aria-label': `Remove rank ${c.rank} from the chart`, onclick: () => choose(c, false) }, 'Remove')),
    c.reason ? h('p', { class: 'caption' }, `${c.failure}${c.completed ? ' for a seed' : ''}: ${c.reason}`) : null,
    c.runs.map((run) => h('div', {}, h('p', { class: 'caption' }, [seeds > 1 ? `Seed ${exact(run.seed)}: ` : '', `${words(monitor)} `, figure(run.best?.[monitor]), hashOf(run) ? [' · weights ', h('code', {}, hashOf(run))] : ''], ' ', copyButton(commandOf(run), `Copy the command of rank ${c.rank}`)),
      h('pre', { class: 'command' }, commandOf(run)))))));
  }

  finished.slice(0, 5).forEach((c) => chosen.set(c, freeColour()));
  refresh();
  applyFilter();

  const best = finished[0];
  const bad = candidates.length - finished.length;
  const tied = finished.filter((c) => c.tied).length;
  const { progress } = folder;
  const summary = tiles(
    progress ? tile('Trials done', figure(progress.trials), ['of ', figure(progress.of_trials), ` · ${count(progress.running)} at work`]) : null,
    isNumber(progress?.seconds_left) ? tile('Time left', figure(progress.seconds_left, duration), 'at the speed so far') : null,
    best ? tile(`Best ${words(monitor)}`, figure(best.value), [isNumber(best.deviation) ? ['± ', figure(best.deviation), ' · '] : null, best.label]) : tile('Best', 'none', progress ? 'no trial is completed yet' : 'no trial was completed'),
    best && isNumber(best.best?.best?.[`val_${quick}`]) ? tile(`Its validation ${words(quick)}`, figure(best.best.best[`val_${quick}`]), ['at epoch ', figure(best.best.best.epoch)]) : null,
    progress ? null : tile('Trials', figure(Object.keys(folder.trials).length), seeds > 1 ? `${plural(candidates.length, 'candidate')}, up to ${plural(seeds, 'seed')} each` : folder.config.strategy),
    bad ? tile('Diverged or failed', figure(bad), `of ${plural(candidates.length, 'candidate')}`) : null,
    tied > 1 ? tile('Tied with the best', figure(tied - 1), seeds > 1 ? 'they differ by less than the seeds do' : 'equal values') : null,
    hashOf(best?.best) ? tile('Weights of the best', hashOf(best.best), null, true) : null);
  const sections = [
    best ? section('Best', folder.best_report ? ['The best trial’s own page: ', h('a', { href: folder.best_report }, folder.best_report), '.'] : null, commandBox(best.label, commandOf(best.best))) : null,
    whatIfSection(model, choose),
    scatter?.element,
    parallel ? section('Paths', 'A line for each trial, from option to option to its result; the stronger, the better. The result’s axis goes by rank, the best on top.',
      h('div', { class: 'card' }, h('div', { class: 'tools' }, saveButtons('Paths', () => chartPicture('Trials by option and result', parallelSpec(model, shown, chosen), []))), parallelPlot)) : null,
    curves ? section('Curves', null, curves.element, h('details', {}, h('summary', {}, 'Commands and weights of the chosen'), chosenList)) : null,
    section('Trials', 'Press a heading to sort. A ticked trial is drawn above.', filters, scroll('Trials', trials.element, true)),
    configurationSection({ config: { ...folder.config.common, command: folder.config.command } }, 'Common options'),
  ];
  return { eyebrow: 'Sweep', title: folder.name, status: progress?.status, lead: `${capital(folder.config.strategy || '')} over ${axes.map((a) => a.name).join(', ') || 'nothing'}; ranked by ${words(monitor)} at the best epoch.`, summary, sections };
}
