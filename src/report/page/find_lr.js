// The page of a learning-rate test.

function rangeChart(group) {
  const series = (name, key, look) => ({ name, ...look, points: group.rates.map((x, i) => ({ x, y: group[key][i] })) });
  const found = isNumber(group.suggestion);
  return lineChart({ title: `${group.group}: ${group.optimizer}`, wide: true, log: true, xLog: true, height: 280, xTitle: 'rate', yTitle: 'loss', yDomain: lossDomain,
    caption: found ? ['Suggested: ', h('strong', {}, figure(group.suggestion, rateText)), isNumber(group.limit) ? [', for the loss rises above ', figure(group.limit, rateText), '.'] : '.'] : `No suggestion: ${group.reason}`,
    marks: found ? [{ x: group.suggestion, label: `try ${rateText(group.suggestion)}` }, ...(isNumber(group.limit) ? [{ x: group.limit, label: 'it rises' }] : [])] : [],
    series: [series('smoothed loss', 'smoothed', { colour: colour(0) }), series('the same batches, group at rest', 'control', { colour: colour(1), dashed: true }),
      series('loss of each batch', 'loss', { colour: 'var(--faint)', faint: true })] }).element;
}

/** The figure of each cell over the plane of two rates. */
function mapSection(map) {
  const cells = [];
  const open = new Set(map.open || []);  // cells that are yet to be measured
  map.values.forEach((row, i) => row.forEach((value, j) => cells.push({ y: map.rates[0][i], x: map.rates[1][j], value, diverged: value === null && !open.has(i * row.length + j), title: value !== null ? '' : open.has(i * row.length + j) ? ' ' : 'diverged' })));
  const make = (shade) => [heatMap({ title: `${words(map.figure)} after a brief run`, yTitle: `${map.groups[0]}.lr`, xTitle: `${map.groups[1]}.lr`, ys: map.rates[0], xs: map.rates[1], cells, shade })];
  const shown = shadedMaps(cells, false, true, make);
  return section('Map', 'Each cell is a brief run of its own; nothing is filled in between.', shown.key, h('div', { class: 'card' }, shown.box));
}

function findLrPage(folder) {
  const sections = [];
  let summary = null;
  const { progress } = folder;
  const far = progress ? [tile('Runs done', figure(progress.runs), ['of ', figure(progress.of_runs)]), isNumber(progress.seconds_left) ? tile('Time left', figure(progress.seconds_left, duration), 'at most, at the speed so far') : null] : [];
  if (folder.map) {
    const lowest = folder.map.lowest;
    summary = tiles(far, lowest ? [tile(`Best rate, ${folder.map.groups[0]}`, figure(lowest[0], rateText)), tile(`Best rate, ${folder.map.groups[1]}`, figure(lowest[1], rateText))] : null);
    sections.push(mapSection(folder.map));
  } else {
    summary = tiles(far, (folder.groups || []).map((g) => tile(`Suggested rate, ${g.group}`, isNumber(g.suggestion) ? figure(g.suggestion, rateText) : 'none', isNumber(g.suggestion) ? g.optimizer : g.reason)));
    sections.push(section('Range test', 'The rate of one group rises from step to step while the others keep theirs.', h('div', { class: 'grid' }, (folder.groups || []).map(rangeChart))));
  }
  sections.push(configurationSection(folder));
  return { eyebrow: 'Learning-rate test', title: folder.name, status: progress?.status, lead: '', summary, sections };
}
