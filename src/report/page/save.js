// Charts as files for elsewhere: SVG, or PNG at twice the size, with title and legend, dark on white whatever the page's
// colours are.

const kSavedWidth = 720;
const kEdge = 16;
const kLetter = 7.2;  // px of a character of 13 px, about

const lightRules = [...document.styleSheets[0].cssRules].find((rule) => rule.selectorText === ':root').style;
const lightColour = (name) => (name === '--paper' ? '#ffffff' : lightRules.getPropertyValue(name).trim());
/** Text of an SVG with colours in place of their names, which no other program knows. */
const inLight = (text) => text.replace(/var\((--[a-z0-9-]+)\)/g, (_, name) => lightColour(name));

const xmlText = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

const svgText = (x, y, text, { size = 13, fill = 'var(--soft)', anchor = 'start', weight = 400 } = {}) =>
  `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${xmlText(text)}</text>`;

/** Lines' names beside a stroke of each, as many rows as they take: {text, height}. */
function legendPicture(series, top) {
  let [x, y] = [kEdge, top];
  let text = '';
  for (const s of series) {
    const wide = 34 + kLetter * s.name.length;
    if (x > kEdge && x + wide > kSavedWidth + kEdge) [x, y] = [kEdge, y + 20];
    text += `<line x1="${x}" x2="${x + 20}" y1="${y - 4}" y2="${y - 4}" stroke="${s.colour}" stroke-width="2.5"${s.dashed ? ' stroke-dasharray="5 3"' : ''}/>` +
      svgText(x + 26, y, s.name);
    x += wide + 14;
  }
  return { text, height: series.length ? y - top + 20 : 0 };
}

/** The whole picture of a drawing, `inner`, that is `width` by `height`. */
function framed(title, inner, width, height, series = []) {
  const legend = legendPicture(series, kEdge + 44);
  const top = kEdge + 26 + legend.height;
  const [w, t] = [Math.ceil(width + 2 * kEdge), Math.ceil(top + height + kEdge)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${w}" height="${t}" viewBox="0 0 ${w} ${t}" font-family="${xmlText(kFont)}">` +
    `<title>${xmlText(title)}</title><rect width="${w}" height="${t}" fill="#ffffff"/>` +
    `${svgText(kEdge, kEdge + 14, title, { size: 15, fill: 'var(--ink)', weight: 600 })}${legend.text}<g transform="translate(${kEdge},${top})">${inner}</g></svg>`;
  return { svg: inLight(svg), width: w, height: t };
}

/** The picture of a chart by Vega. */
async function chartPicture(title, spec, series) {
  const view = new vega.View(vega.parse({ ...spec, width: kSavedWidth }), { renderer: 'none', logLevel: vega.Warn });
  const inner = await view.toSVG();
  view.finalize();
  const [, width, height] = inner.match(/ width="([\d.]+)" height="([\d.]+)"/).map(Number);
  return framed(title, inner, width, height, series);
}

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

/** `tone` over the ground of an empty cell. */
function shaded(tone, share) {
  const [a, b] = [channels(lightColour(tone)), channels(lightColour('--wash'))];
  return `rgb(${a.map((x, i) => Math.round(x * share + b[i] * (1 - share))).join(',')})`;
}

/** The picture of a table of shaded cells: rows of {text, tone, share, strong, best, hatched}, or null for none. */
function matrixPicture({ title, xTitle, yTitle, xs, ys, rows }) {
  const widest = (texts) => Math.max(...texts.map((text) => String(text).length));
  const left = 14 + kLetter * Math.max(widest(ys), 1);
  const cell = Math.max(44, 12 + kLetter * Math.max(widest(xs), widest(rows.flat().map((c) => c?.text ?? ''))));
  const high = 32;
  const top = 40;
  let inner = '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" fill="var(--wash)"/><line x1="0" x2="0" y1="0" y2="7" stroke="var(--bad)" stroke-width="3" stroke-opacity="0.35"/></pattern></defs>' +
    svgText(left + cell * xs.length / 2, 12, xTitle, { anchor: 'middle' }) + svgText(0, 12, yTitle);
  xs.forEach((x, i) => { inner += svgText(left + cell * (i + 0.5), 32, x, { anchor: 'middle' }); });
  rows.forEach((row, j) => {
    const y = top + high * j;
    inner += svgText(left - 8, y + 20, ys[j], { anchor: 'end' });
    row.forEach((c, i) => {
      if (!c) return;
      const fill = c.hatched ? 'url(#hatch)' : shaded(c.tone, c.share);
      inner += `<rect x="${left + cell * i + 1}" y="${y + 1}" width="${cell - 2}" height="${high - 2}" rx="4" fill="${fill}"${c.best ? ' stroke="var(--ink)" stroke-width="2"' : ''}/>` +
        svgText(left + cell * (i + 0.5), y + 20, c.text, { anchor: 'middle', size: 12, fill: c.strong ? 'var(--accent-ink)' : 'var(--ink)' });
    });
  });
  return framed(title, inner, Math.max(left + cell * xs.length, kLetter * title.length * 1.2), top + high * ys.length);
}

async function pngOf({ svg, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = h('canvas', { width: 2 * width, height: 2 * height });
  canvas.getContext('2d').drawImage(image, 0, 0, 2 * width, 2 * height);
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
}

/** Two buttons that save what `picture()` gives (or will give) as PAGE-TITLE.svg and .png. */
function saveButtons(title, picture) {
  const name = () => `${document.title.replace(/ · Strata$/, '')} ${title}`.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  async function save(kind) {
    const made = await picture();
    const blob = kind === 'svg' ? new Blob([made.svg], { type: 'image/svg+xml' }) : await pngOf(made);
    const link = h('a', { href: URL.createObjectURL(blob), download: `${name()}.${kind}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  return h('span', { class: 'save' }, ['svg', 'png'].map((kind) => h('button', { type: 'button', class: 'plain small', 'aria-label': `Save as ${kind.toUpperCase()}: ${title}`, onclick: () => save(kind) }, kind.toUpperCase())));
}
