// Line charts by Vega. Colours are CSS variables, so light, dark and print need no second drawing.

const vega = Object.assign({}, ...Object.values(modules.loaded));
Object.assign(modules.loaded['vega-dataflow'].transforms, modules.loaded['vega-transforms'],
  modules.loaded['vega-view-transforms'], modules.loaded['vega-encode']);

const kColours = ['var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)', 'var(--c6)', 'var(--c7)', 'var(--c8)'];
const colour = (i) => kColours[i % kColours.length];

const kFont = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';
const kConfig = {
  axis: { domain: false, ticks: false, gridColor: 'var(--grid)', labelColor: 'var(--soft)', titleColor: 'var(--soft)', labelFont: kFont,
    titleFont: kFont, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400, labelPadding: 6, titlePadding: 8 },
};

const isNumber = (x) => typeof x === 'number' && Number.isFinite(x);

/** The range of the values; of the positive ones if `log`. Never empty. */
function extent(values, log) {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (isNumber(v) && (!log || v > 0)) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (low > high) return [log ? 0.1 : 0, 1];
  if (low === high) return log ? [low / 3, high * 3] : [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1];
  return [low, high];
}

/** Powers of ten, or 1, 2 and 5 times them where there are fewer than two. */
function logTicks([low, high]) {
  const ticks = (steps) => {
    const all = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power) {
      all.push(...steps.map((step) => Number(`${step}e${power}`)).filter((x) => x >= low * 0.999 && x <= high * 1.001));
    }
    return all;
  };
  const decades = ticks([1]);
  return decades.length > 2 ? decades : ticks([1, 2, 5]);
}

function axis(orient, scale, title, domain, log, more) {
  return { orient, values: log ? logTicks(domain) : undefined, scale, title, grid: orient === 'left', format: log ? '~g' : undefined, labelOverlap: 'greedy', labelSeparation: 4, ...more };
}

/** The width that the axes leave is the plot's. */
function lineSpec(o, series) {
  const ys = series.flatMap((s) => s.points.flatMap((p) => [p.y, p.low, p.high]));
  const xDomain = extent(series.flatMap((s) => s.points.map((p) => p.x)), o.xLog);
  const xs = new Set(series.flatMap((s) => s.points.map((p) => p.x)));
  const only = xs.size === 1 ? [...xs][0] : undefined;
  const yDomain = o.yDomain ? o.yDomain(ys, o.log) : extent(ys, o.log);
  const values = series.flatMap((s, order) => s.points.map((p) => ({
    ...p, series: s.name, order, colour: s.colour, dash: s.dashed ? [5, 4] : [1, 0], thick: s.faint ? 1 : 2, solid: s.faint ? 0.45 : 1 })));
  const few = series.every((s) => s.points.length <= 30);
  const place = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  const defined = { signal: `isValid(datum.y)${o.log ? ' && datum.y > 0' : ''}` };
  return {
    description: o.title, autosize: { type: 'fit', contains: 'padding' }, height: o.height || 250, padding: 2, background: null, config: kConfig,
    signals: [{ name: 'spot', value: null }],
    data: [{ name: 'all', values }, { name: 'marks', values: (o.marks || []).filter((m) => isNumber(m.x)) },
      { name: 'there', source: 'all', transform: [{ type: 'filter', expr: 'spot !== null && datum.x === spot && isValid(datum.y)' }] }],
    scales: [
      { name: 'x', type: o.xLog ? 'log' : 'linear', domain: xDomain, range: 'width', zero: false },
      { name: 'y', type: o.log ? 'log' : 'linear', domain: yDomain, range: 'height', zero: false, nice: !o.yDomain && !o.log, clamp: true },
    ],
    axes: [axis('bottom', 'x', o.xTitle, xDomain, o.xLog, { format: o.xLog ? '.0e' : o.xWhole ? ',d' : undefined, tickMinStep: o.xWhole ? 1 : undefined, tickCount: { signal: 'ceil(width / 90)' }, ...(only === undefined ? {} : { values: [only] }) }),
      axis('left', 'y', o.yTitle, yDomain, o.log, { tickCount: 5, format: o.log ? '~g' : undefined, minExtent: 36 })],
    marks: [
      { type: 'group', from: { facet: { name: 'one', data: 'all', groupby: 'order' } }, marks: [
        { type: 'area', from: { data: 'one' }, encode: { update: { x: place.x, y: { scale: 'y', field: 'low' }, y2: { scale: 'y', field: 'high' }, fill: { field: 'colour' }, fillOpacity: { value: 0.16 }, defined: { signal: 'isValid(datum.low)' } } } },
        { type: 'line', from: { data: 'one' }, encode: { update: { ...place, stroke: { field: 'colour' }, strokeWidth: { field: 'thick' }, strokeDash: { field: 'dash' }, strokeOpacity: { field: 'solid' }, strokeJoin: { value: 'round' }, defined } } },
      ] },
      few ? { type: 'symbol', from: { data: 'all' }, encode: { update: { ...place, fill: { field: 'colour' }, size: { value: 22 }, opacity: { signal: `${defined.signal} ? datum.solid : 0` } } } } : null,
      { type: 'rule', from: { data: 'marks' }, encode: { update: { x: { scale: 'x', field: 'x' }, y: { value: 0 }, y2: { signal: 'height' }, stroke: { value: 'var(--faint)' }, strokeDash: { value: [2, 3] } } } },
      { type: 'text', from: { data: 'marks' }, encode: { update: { x: { scale: 'x', field: 'x', offset: { signal: "scale('x', datum.x) > width - 90 ? -5 : 5" } }, y: { value: 9 }, text: { field: 'label' }, fill: { value: 'var(--soft)' }, font: { value: kFont }, fontSize: { value: 12 }, align: { signal: "scale('x', datum.x) > width - 90 ? 'right' : 'left'" } } } },
      { type: 'rule', encode: { update: { x: { signal: "spot === null ? 0 : scale('x', spot)" }, y: { value: 0 }, y2: { signal: 'height' }, stroke: { value: 'var(--soft)' }, opacity: { signal: 'spot === null ? 0 : 0.6' } } } },
      { type: 'symbol', from: { data: 'there' }, encode: { update: { ...place, fill: { field: 'colour' }, stroke: { value: 'var(--surface)' }, strokeWidth: { value: 1.5 }, size: { value: 64 } } } },
    ].filter(Boolean),
  };
}

const views = [];

/** On a live page line charts last: one of the same title is updated, and only if it has changed. */
const charts = { keep: false, made: new Map() };

/** Draws `spec()` into `plot` at its width, again whenever that changes; `listen` gets each new view. Returns {draw, view()}. */
function drawing(plot, spec, listen) {
  let view = null;
  let width = 0;
  const draw = () => {
    width = Math.floor(plot.clientWidth);
    if (width < 40) return;
    if (view) view.finalize();
    view = new vega.View(vega.parse({ ...spec(), width }), { renderer: 'svg', container: plot, hover: false, logLevel: vega.Warn });
    if (listen) listen(view);
    view.run();
    const svg = plot.querySelector('svg');
    if (svg) svg.setAttribute('aria-hidden', 'true');
  };
  views.push(draw);
  const resized = () => { if (Math.abs(Math.floor(plot.clientWidth) - width) > 1) draw(); };
  new ResizeObserver(resized).observe(plot);
  return { draw, resized, view: () => view };
}

/**
 * A figure with title, legend, plot and the same values as a table.
 * o: title, caption, series [{name, colour, dashed, faint, silent (no values are told of it), points [{x, y, low, high, label}]}], xTitle, yTitle, log (undefined: no
 * choice), xLog, xWhole, marks [{x, label}], wide, valueText; labelTitle: the heading of the labels, if the table has them beside x.
 */
function lineChart(o) {
  const before = charts.made.get(o.title);
  if (before) {
    before.renew(o);
    return before;
  }
  const state = { ...o, hidden: new Set(), at: null };
  const text = o.valueText || short;
  const plot = h('div', { class: 'plot', tabindex: 0, role: 'img', 'aria-label': chartText(o) });
  const readout = h('p', { class: 'readout', 'aria-live': 'polite' });
  const legend = h('ul', { class: 'legend', 'aria-label': 'Lines; press one to hide it' });
  const visible = () => state.series.filter((s) => !state.hidden.has(s.name));
  const chart = drawing(plot, () => lineSpec(state, visible()));
  const holders = new Map();
  /** The visible ones, of several with one name the first. */
  const legendSeries = () => visible().filter((s, i, all) => all.findIndex((t) => t.name === s.name) === i);

  function drawLegend() {
    holders.clear();
    legend.replaceChildren(...state.series.filter((s, i) => state.series.findIndex((t) => t.name === s.name) === i).map((s) => {
      const value = h('span', { class: 'value' });
      const swatch = h('span', { class: s.dashed ? 'swatch dashed' : 'swatch' });
      swatch.style.borderTopColor = s.colour;
      holders.set(s.name, value);
      const button = h('button', { type: 'button', 'aria-pressed': String(!state.hidden.has(s.name)) }, swatch, s.name, value);
      button.addEventListener('click', () => {
        if (!state.hidden.delete(s.name)) state.hidden.add(s.name);
        button.setAttribute('aria-pressed', String(!state.hidden.has(s.name)));
        chart.draw();
      });
      return h('li', {}, button);
    }));
  }

  const positions = () => [...new Set(visible().filter((s) => !s.silent).flatMap((s) => s.points.map((p) => p.x)))].sort((a, b) => a - b);
  function moveTo(x) {
    state.at = x;
    chart.view()?.signal('spot', x).run();
    let where = '';
    for (const s of visible().filter((one) => !one.silent)) {
      const p = x === null ? null : s.points.find((point) => point.x === x);
      const holder = holders.get(s.name);
      if (p) where = p.label || `${o.xTitle} ${o.xLog ? rateText(p.x) : count(p.x)}`;
      if (holder) {
        holder.textContent = p ? text(p.y) : '';
        holder.title = p ? exact(p.y) : '';
      }
      if (p && isNumber(p.low)) where += ` · ${s.name} ${text(p.low)} to ${text(p.high)}`;
    }
    readout.textContent = where;
  }
  function nearest(event) {
    const frame = plot.querySelector('.background')?.getBoundingClientRect();
    const view = chart.view();
    if (!frame || !view) return null;
    const x = view.scale('x').invert(event.clientX - frame.left);
    const distance = o.xLog ? (a) => Math.abs(Math.log(a / x)) : (a) => Math.abs(a - x);
    return positions().reduce((best, p) => (best === null || distance(p) < distance(best) ? p : best), null);
  }
  plot.addEventListener('pointermove', (event) => moveTo(nearest(event)));
  plot.addEventListener('pointerleave', () => moveTo(null));
  plot.addEventListener('blur', () => moveTo(null));
  plot.addEventListener('keydown', (event) => {
    const all = positions();
    const i = all.indexOf(state.at);
    const next = { ArrowRight: i + 1, ArrowLeft: i < 0 ? all.length - 1 : i - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Escape') moveTo(null);
    if (next === undefined || all.length === 0) return;
    event.preventDefault();
    moveTo(all[Math.min(Math.max(next, 0), all.length - 1)]);
  });

  const tools = h('div', { class: 'tools' }, saveButtons(o.title, () => chartPicture(state.title, lineSpec(state, visible()), legendSeries())));
  if (o.log !== undefined) {
    tools.prepend(h('label', {}, h('input', { type: 'checkbox', checked: o.log, onchange: (event) => { state.log = event.target.checked; chart.draw(); } }), 'log scale'));
  }
  drawLegend();
  const caption = h('p', { class: 'caption', hidden: !o.caption }, o.caption);
  const shownValues = tableOnDemand('These values as a table', () => chartTable(state));
  const element = h('figure', { class: o.wide ? 'card wide' : 'card' },
    h('div', { class: 'head' }, h('h3', {}, o.title), tools), caption, legend, plot, readout, shownValues);
  const made = {
    element, tools,
    update(changes) {
      Object.assign(state, changes);
      plot.setAttribute('aria-label', chartText(state));
      drawLegend();
      chart.draw();
      if (state.at !== null) moveTo(state.at);
    },
    /** What the reader has chosen, the scale, hidden lines and an open table, stays. */
    renew({ series, marks, caption: text, yDomain }) {
      const key = JSON.stringify([series, marks]);
      if (key === made.key) {
        views.push(chart.resized);
        return;
      }
      made.key = key;
      caption.replaceChildren(...[text].flat(Infinity).filter(Boolean));
      caption.hidden = !text;
      Object.assign(state, { series, marks, yDomain });
      shownValues.renew();
      views.push(() => made.update({}));
    },
  };
  if (charts.keep) {
    made.key = JSON.stringify([o.series, o.marks]);
    charts.made.set(o.title, made);
  }
  return made;
}

/** What a chart shows, in a sentence a line. */
function chartText(o) {
  const lines = o.series.filter((s) => !s.silent).map((s) => {
    const points = s.points.filter((p) => isNumber(p.y));
    if (points.length === 0) return `${s.name}: no values`;
    const low = points.reduce((a, b) => (b.y < a.y ? b : a));
    return `${s.name}: from ${short(points[0].y)} to ${short(points[points.length - 1].y)}, lowest ${short(low.y)} at ${o.xTitle} ${short(low.x)}`;
  });
  return `Line chart, ${o.title}. ${lines.slice(0, 8).join('. ')}. Left and right arrow keys read the values.`;
}

function chartTable(o) {
  const rows = new Map();
  const told = o.series.filter((s) => !s.silent);
  told.forEach((s, i) => s.points.forEach((p) => {
    const key = o.labelTitle ? rows.size : p.label || String(p.x);  // short labels may be alike
    if (!rows.has(key)) rows.set(key, { label: p.label, x: p.x, values: {} });
    rows.get(key).values[i] = p;
  }));
  const columns = o.labelTitle
    ? [{ label: o.labelTitle, header: true, value: (row) => row.label }, { label: capital(o.xTitle), numeric: true, value: (row) => row.x }]
    : [{ label: capital(o.xTitle), header: true, value: (row) => row.x, cell: (row) => row.label || figure(row.x, o.xLog ? rateText : count) }];
  told.forEach((s, i) => {
    columns.push({ label: s.name, numeric: true, value: (row) => row.values[i]?.y });
    if (s.points.some((p) => isNumber(p.low))) {
      columns.push({ label: 'lowest', numeric: true, value: (row) => row.values[i]?.low }, { label: 'highest', numeric: true, value: (row) => row.values[i]?.high });
    }
  });
  return table({ caption: o.title, columns, rows: [...rows.values()].sort((a, b) => a.x - b.x) });
}
