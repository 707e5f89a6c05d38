// Uses a page as a reader would: opens, sorts, filters, presses and prints; what goes wrong reaches the console.
addEventListener('load', () => setTimeout(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const expect = (holds, what) => { if (!holds) console.error(`expected: ${what}`); };
  const key = (element, name) => element.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));

  const isOfImages = JSON.parse(document.getElementById('report-data').textContent).folders.some((folder) => folder.test?.image);

  expect(all('.plot').every((plot) => plot.querySelector('svg')), 'a drawing in every plot');
  expect(all('[role=img]').every((image) => image.getAttribute('aria-label')), 'a text alternative for every picture');
  expect(all('button').every((button) => button.textContent.trim() || button.getAttribute('aria-label')), 'a name for every button');
  expect(all('table').every((one) => one.querySelector('th')), 'headings in every table');
  expect(new Set(all('[id]').map((one) => one.id)).size === all('[id]').length, 'every id once');
  expect(document.documentElement.scrollWidth <= innerWidth, 'nothing wider than the window');

  function checkWhatIf() {
    const said = document.querySelector('.said');
    if (!said) return;
    const sliders = all('.slider input');
    const move = (slider, to) => { slider.value = to; slider.dispatchEvent(new Event('input')); };
    const marked = () => all('.heats td.marked');
    expect(sliders.every((one) => one.closest('label').textContent.trim() && one.getAttribute('aria-valuetext')), 'a name and a value of every slider');
    for (const slider of sliders.slice(0, -1)) {
      for (const to of [slider.max, 0]) {
        move(slider, to);
        expect(slider.disabled || slider.closest('label').querySelector('output').textContent === slider.getAttribute('aria-valuetext'), 'the chosen value beside its slider');
        expect(all('.heats td').length === 0 || marked().length === 1, 'one cell marked');
        expect(marked().every((cell) => cell.classList.contains('absent') === said.textContent.startsWith('Not measured')), 'what was not measured said so');
      }
    }
    const cell = [...document.querySelectorAll('.heats td button')].pop();
    if (cell) {
      cell.click();
      expect(marked()[0] === cell.parentElement, 'the pressed cell marked');
    }
    const epoch = sliders[sliders.length - 1];
    move(epoch, epoch.max);
    expect(said.textContent.includes(`epoch ${epoch.getAttribute('aria-valuetext')}`), 'the figure of the chosen epoch');
  }

  for (const plot of all('.plot[tabindex]')) {
    key(plot, 'End');
    key(plot, 'ArrowLeft');
    expect(plot.parentElement.querySelector('.readout').textContent, 'values read out by the arrow keys');
    key(plot, 'Escape');
  }
  for (const button of all('.legend button').slice(0, 4)) { button.click(); button.click(); }
  for (const box of all('.tools input')) { box.click(); box.click(); }
  for (const button of all('#confusion button').slice(0, 3)) {
    button.click();
    expect(!isOfImages || all('.gallery canvas').length === all('.gallery li').length, 'a picture of every mistake that is shown');
    expect(button.getAttribute('aria-expanded') === 'true', 'the pressed count marked');
  }
  const trials = document.getElementById('trials-table');
  if (trials) {
    const rows = () => trials.querySelectorAll('tbody tr').length;
    const before = rows();
    const search = document.querySelector('input[type=search]');
    search.value = 'nothing has this name';
    search.dispatchEvent(new Event('input'));
    expect(rows() === 0, 'no row of a filter that none passes');
    search.value = '';
    search.dispatchEvent(new Event('input'));
    expect(rows() === before, 'all rows without a filter');
    const heading = [...trials.querySelectorAll('th button')].find((button) => button.textContent.startsWith('Best'));
    heading.click();
    expect(heading.parentElement.getAttribute('aria-sort') === 'ascending', 'the sorted column marked');
    const values = [...trials.querySelectorAll('tbody tr')].map((row) => Number(row.children[heading.parentElement.cellIndex].querySelector('data')?.value ?? NaN)).filter((x) => !Number.isNaN(x));
    expect(values.every((x, i) => i === 0 || values[i - 1] <= x), 'rows in ascending order');
    trials.querySelector('th button').click();
    const box = trials.querySelectorAll('tbody input')[6];
    box.click();
    expect(box.closest('tr').classList.contains('chosen'), 'a ticked row marked');
    for (const cell of all('.heats td button').slice(0, 2)) cell.click();
    checkWhatIf();
  }
  for (const choice of all('.key select')) {
    const shades = () => all('.heats td').map((cell) => cell.style.getPropertyValue('--share')).join();
    const before = shades();
    for (const by of ['value', 'rank']) { choice.value = by; choice.dispatchEvent(new Event('change')); }
    expect(shades() === before, 'colours by rank again');
  }
  const names = [];
  const blobs = [];
  window.Blob = class extends Blob {
    constructor(parts, options) { super(parts, options); this.text = parts[0]; }
  };
  URL.createObjectURL = (blob) => { blobs.push(blob); return '#'; };
  HTMLAnchorElement.prototype.click = function click() { names.push(this.download); };
  expect(all('figure').every((figure) => figure.querySelector('.save')), 'buttons that save every figure');
  const savers = all('.save button');
  for (const button of savers) button.click();
  function checkSaved() {
    expect(names.length === savers.length && new Set(names).size === names.length, `a name for each of ${savers.length} pictures, not ${names}`);
    expect(names.every((name) => /^[a-z0-9-]+\.(svg|png)$/.test(name)), 'plain names');
    for (const blob of blobs) {
      if (blob.type === 'image/png') {
        expect(blob.size > 2000, 'a picture in every PNG');
        continue;
      }
      const { text } = blob;
      const made = new DOMParser().parseFromString(text, 'image/svg+xml');
      expect(!made.querySelector('parsererror') && made.querySelector('text'), 'an SVG that can be read');
      expect(!text.includes('var(') && !text.includes('NaN') && !text.includes('undefined'), 'colours and numbers in every SVG');
    }
  }
  for (const details of all('details')) details.open = true;
  dispatchEvent(new Event('beforeprint'));
  dispatchEvent(new Event('afterprint'));
  setTimeout(() => { checkSaved(); document.body.setAttribute('data-used', 'to the end'); }, 2500);
}, 500));
