// Elements of the page. Text always enters as text, never as HTML.

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A number: short text, the whole value in `value` and `title`. */
function figure(x, text = short) {
  if (typeof x !== 'number') return h('span', {}, short(x));
  return h('data', { value: exact(x), title: exact(x) }, text(x));
}

const slug = (title) => title.toLowerCase().replace(/[^a-z0-9]+/g, '-');

function section(title, about, ...content) {
  const id = slug(title);
  return h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title),
    about ? h('p', { class: 'about' }, about) : null, content);
}

const tile = (label, value, detail, code) =>
  h('div', { class: 'tile' }, h('dt', {}, label),
    h('dd', { class: code ? 'code' : null }, value, detail ? h('div', { class: 'detail' }, detail) : null));

const tiles = (...all) => h('dl', { class: 'tiles' }, all);

function copyButton(text, label) {
  const button = h('button', { type: 'button', class: 'plain small', 'aria-label': label, title: text }, 'Copy');
  button.addEventListener('click', async (event) => {
    event.stopPropagation();
    const done = await copied(text);
    button.textContent = done ? 'Copied' : 'Press Ctrl+C';
    setTimeout(() => { button.textContent = 'Copy'; }, 1600);
  });
  return button;
}

/** Browsers may keep the clipboard from pages on disk; a selected text area works there. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'hidden', 'aria-hidden': 'true' });
    const before = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    before?.focus();
    return done;
  }
}

function commandBox(title, command, level = 'h3') {
  return h('div', { class: 'card commandbox' },
    h('div', { class: 'head' }, h(level, {}, title), copyButton(command, `Copy the command: ${title}`)),
    h('pre', { class: 'command' }, command));
}

const optionText = (value) =>
  value === null || value === undefined ? '–' : Array.isArray(value) ? value.join(',') : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Something wide: scrolls by itself, also with the keyboard. */
const scroll = (label, content, tall) =>
  h('div', { class: tall ? 'scroll tall' : 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, content);
