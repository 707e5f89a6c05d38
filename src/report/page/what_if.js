// What if: rates and other settings of a sweep to choose from, a marker on the maps, and the chosen trial's curve over the others'.
// Only what was measured can be shown: positions are the values that were tried, and what was not tried together says so.

const kMostOthers = 200;  // grey curves that a chart has room for

/** A slider whose positions are the texts, in their order; move(text) hears where it goes. Returns {element, set, range}. */
function slider(label, texts, value, shown, move) {
  const output = h('output', {}, shown(value));
  const input = h('input', { type: 'range', min: 0, max: texts.length - 1, step: 1, value: texts.indexOf(value), 'aria-valuetext': shown(value) });
  const show = (text) => {
    output.textContent = shown(text);
    input.setAttribute('aria-valuetext', shown(text));
  };
  input.addEventListener('input', () => { show(texts[input.value]); move(texts[input.value]); });
  return {
    element: h('label', { class: 'slider' }, h('span', {}, label, ' ', output), input),
    /** Goes to `text`; a slider that is not `enabled` tells `told`. */
    set(text, enabled, told = text) {
      input.value = texts.indexOf(text);
      input.disabled = !enabled;
      show(enabled ? text : told);
    },
    /** Other positions. */
    range(all, text) {
      texts = all;
      input.max = Math.max(all.length - 1, 0);
      this.set(text, all.length > 1);
    },
  };
}

const sentenceList = (sentences) => (sentences.length === 0 ? null
  : h('div', { class: 'card sentences' }, sentences.map((text) => h('p', {}, `${capital(text)}.`)),
    sentences.some((text) => text.includes('±')) ? h('p', { class: 'caption' }, '± is half the 95 % interval of the change over seeds; all else is equal in the trials compared.') : null));

/** null if nothing can be chosen; else {controls, chart, spot(where, td), forgetSpots(), mark(), show(candidate)}. `where` is a cell's value on each of its axes. */
function whatIf(model) {
  const { candidates, monitor } = model;
  const axes = model.axes.filter((a) => a.texts.length > 1);
  if (axes.length === 0 || axes.filter((a) => a.numeric && a.texts.length > kMapSide).length > 1) return null;
  const figures = [...new Set(candidates.flatMap((c) => c.runs.flatMap((run) => Object.keys(run.curve || {}))))];
  if (figures.length === 0) return null;
  let shownFigure = figures.includes(monitor) ? monitor : figures[0];
  const at = {};       // the value chosen on each axis
  let epoch = candidates[0].best?.best?.epoch || 1;
  let spots = [];      // cells of the maps, with their values

  const matches = (c, names) => names.every((name) => c.varied[name] === undefined || c.varied[name] === at[name]);
  /** The trial at the chosen values; an optimizer that lacks a key has no value on its axis. Of several rounds the longest. */
  const chosen = () => candidates.filter((c) => matches(c, axes.map((a) => a.name)))
    .sort((a, b) => Object.keys(b.varied).length - Object.keys(a.varied).length || b.epochs - a.epochs)[0];
  const epochsOf = (run) => run.curve_epochs || (run.curve?.[shownFigure] || []).map((_, i) => i + 1);
  const valueAt = (run) => run.curve?.[shownFigure]?.[epochsOf(run).indexOf(epoch)];
  const series = (c, look) => c.runs.filter((run) => run.curve?.[shownFigure]).map((run) => ({ ...look, points: run.curve[shownFigure].map((y, i) => ({ x: epochsOf(run)[i], y })) }));
  const nameOf = () => axes.map((a) => `${a.name} ${axisText(a.name, at[a.name])}`).join(', ');

  const said = h('p', { class: 'said', 'aria-live': 'polite' });
  const chart = lineChart({ title: 'Curve of the chosen', xTitle: 'epoch', xWhole: true, yTitle: words(shownFigure), log: false, yDomain: lossDomain, series: [], height: 240,
    caption: `Grey: the other trials with the same choices but for the sliders${candidates.flatMap((c) => c.runs).length > kMostOthers ? `, of many the best ${kMostOthers}` : ''}.` });
  chart.tools.prepend(select('', figures.map((f) => [f, words(f)]), shownFigure, (f) => { shownFigure = f; draw(); }));

  const moved = (name) => (text) => { at[name] = text; draw(); };
  const parts = axes.map((a) => {
    at[a.name] = candidates[0].varied[a.name] ?? a.texts[0];
    const shown = (text) => axisText(a.name, text ?? undefined);
    if (isRate(a.name) && a.numeric) return { axis: a, slider: slider(a.name, a.texts, at[a.name], shown, moved(a.name)) };
    const element = select(a.name, a.texts.map((t) => [t, shown(t)]), at[a.name], moved(a.name));
    return { axis: a, element, choice: element.querySelector('select') };
  });
  const epochs = slider('epoch', [epoch], epoch, count, (e) => { epoch = e; draw(); });

  /** What there is to say of the chosen trial at the chosen epoch. */
  function saying(c) {
    if (!c) return [h('strong', {}, 'Not measured'), ': no trial had ', nameOf(), '.'];
    const name = c.label;
    const values = c.runs.map(valueAt);
    const known = values.filter(isNumber);
    const bad = c.runs.filter((run) => run.status !== 'completed');
    const end = bad.length === 0 ? '' : `; ${bad.length === c.runs.length ? '' : `${bad.length} of ${c.runs.length} seeds `}${bad[0].status}${bad[0].reason ? `: ${bad[0].reason}` : ''}`;
    const mean = known.reduce((sum, v) => sum + v / known.length, 0);
    return [name, ', ', `epoch ${count(epoch)}: `, known.length === 0 ? h('strong', {}, 'no figure') : [`${words(shownFigure)} `, h('strong', {}, figure(mean))],
      known.length > 1 ? [` (seeds: `, known.map((v, i) => [i ? ', ' : '', figure(v)]), ')'] : null,
      isNumber(c.value) ? [`; rank ${c.rank} of ${count(candidates.length)}, ${words(monitor)} `, figure(c.value), ' at the best epoch'] : null, end, '.'];
  }

  function mark() {
    for (const { where, td } of spots) {
      const here = Object.entries(where).every(([name, text]) => at[name] === text);
      td.classList.toggle('marked', here);
      if (here) td.setAttribute('aria-current', 'true'); else td.removeAttribute('aria-current');
    }
  }

  function draw() {
    const c = chosen();
    const own = c ? [...new Set(c.runs.flatMap(epochsOf))].sort((a, b) => a - b) : [];
    if (own.length && !own.includes(epoch)) epoch = own.filter((e) => e <= epoch).pop() ?? own[0];
    epochs.range(own.length ? own : [epoch], epoch);
    for (const part of parts) {
      const has = candidates.some((other) => other.varied[part.axis.name] !== undefined && matches(other, axes.filter((a) => a !== part.axis && !isRate(a.name)).map((a) => a.name)));
      if (part.slider) part.slider.set(at[part.axis.name], has, null);
      else { part.choice.value = at[part.axis.name]; part.choice.disabled = !has; }
    }
    const choices = parts.filter((part) => part.choice).map((part) => part.axis.name);
    const others = candidates.filter((other) => other !== c && matches(other, choices));
    const grey = others.flatMap((other) => series(other, { name: 'the others', colour: 'var(--faint)', faint: true, silent: true })).slice(0, kMostOthers);
    chart.update({ series: [...grey, ...(c ? series(c, { name: c.label, colour: 'var(--accent)' }) : [])], yTitle: words(shownFigure),
      yDomain: shownFigure.endsWith('loss') ? lossDomain : undefined, marks: [{ x: epoch, label: `epoch ${count(epoch)}` }] });
    said.replaceChildren(...saying(c).flat(Infinity).filter(Boolean));
    mark();
  }

  draw();
  return {
    controls: h('div', { role: 'group', 'aria-label': 'What if: values that were measured' },
      h('div', { class: 'filters' }, parts.map((part) => part.element || part.slider.element), epochs.element), said),
    chart: chart.element,
    spot(where, td) { spots.push({ where, td }); },
    forgetSpots() { spots = []; },
    mark,
    show(c) {
      for (const a of axes) at[a.name] = c.varied[a.name] ?? at[a.name];
      draw();
    },
  };
}
