// Puts the page together.

function header(page) {
  return h('header', { class: 'top' }, h('p', { class: 'eyebrow' }, `Strata · ${page.eyebrow}`),
    h('h1', {}, page.title, page.status ? chip(page.status) : null), page.lead ? h('p', { class: 'lead' }, page.lead) : null,
    page.notes.map((note) => h('p', { class: 'note', role: 'note' }, note)), page.summary);
}

function navigation(sections) {
  return h('nav', { class: 'sections', 'aria-label': 'Sections' }, h('div', { class: 'wrap' }, h('ul', {},
    sections.map((s) => h('li', {}, h('a', { href: `#${s.id}` }, s.querySelector('h2').textContent))))));
}

function pageOf(folders) {
  if (folders.length > 1) return comparePage(folders);
  const pages = { run: runPage, sweep: sweepPage, 'find-lr': findLrPage };
  return pages[folders[0].kind](folders[0]);
}

/** Draws `data` in place of what there is; charts of the same title stay what the reader has made of them. */
function show(data) {
  views.length = 0;
  live.on = Boolean(data.live);
  const page = { notes: data.folders.length === 1 ? data.folders[0].notes : [], ...pageOf(data.folders) };
  const sections = page.sections.filter(Boolean);
  const focused = document.activeElement;
  document.getElementById('page').replaceChildren(h('div', { class: 'wrap' }, header(page)), navigation(sections),
    h('main', { id: 'content', class: 'wrap', tabindex: -1 }, sections),
    h('div', { class: 'wrap' }, h('footer', {}, `Strata ${data.strata_version} · ${data.folders.map((f) => f.path).join(', ')}. Hover a number for all of its digits. This file needs no network.`)));
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  redraw();
}

const redraw = () => { for (const draw of views) draw(); };
const data = JSON.parse(document.getElementById('report-data').textContent);
if (data.live) document.getElementById('page').before(liveBar());
if (data.live && data.folders[0].controls) liveControls(data.folders[0].controls);
charts.keep = Boolean(data.live) && data.folders[0].kind !== 'sweep';  // whose chart follows its table
show(data);
if (data.live) {
  follow(data.live.version, (newest) => {
    live.finished = !newest.live;
    show(newest);
  });
}
// Paper is narrower than the window, and light.
window.addEventListener('beforeprint', () => { document.documentElement.classList.add('printing'); redraw(); });
window.addEventListener('afterprint', () => { document.documentElement.classList.remove('printing'); redraw(); });
