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

const data = JSON.parse(document.getElementById('report-data').textContent);
const page = { notes: data.folders.length === 1 ? data.folders[0].notes : [], ...pageOf(data.folders) };
const sections = page.sections.filter(Boolean);
document.getElementById('page').replaceChildren(h('div', { class: 'wrap' }, header(page)), navigation(sections),
  h('main', { id: 'content', class: 'wrap', tabindex: -1 }, sections),
  h('div', { class: 'wrap' }, h('footer', {}, `Strata ${data.strata_version} · ${data.folders.map((f) => f.path).join(', ')}. Hover a number for all of its digits. This file needs no network.`)));
for (const draw of views) draw();
// Paper is narrower than the window, and light.
const redraw = () => { for (const draw of views) draw(); };
window.addEventListener('beforeprint', () => { document.documentElement.classList.add('printing'); redraw(); });
window.addEventListener('afterprint', () => { document.documentElement.classList.remove('printing'); redraw(); });
