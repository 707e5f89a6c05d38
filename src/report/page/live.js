// The page while what it shows goes on: documents come from the server that the page is from, and it is drawn anew. What
// the reader has open, hidden or chosen stays.

const kOldest = 15000;  // ms without a word from the server after which the page says so

/** What a live page tells beside the report: how far, and whether the server still speaks. */
const live = { on: false, last: null, stream: null, failures: 0, state: '', bar: null, drawn: 0, timer: null };

/** A bar above the page; `live-controls` is there for what can be asked of the run. */
function liveBar() {
  live.bar = h('p', { class: 'live', role: 'status' });
  return h('div', { class: 'livebar', id: 'live' }, h('div', { class: 'wrap' }, live.bar, h('div', { id: 'live-controls' })));
}

const kLiveWords = {
  open: 'Live: the page grows with the run.', lost: 'The run does not answer; the page shows what it last had.',
  ended: 'The run has ended: this page is its report. Nothing serves it any more, so do not load it anew.',
  unfinished: 'The run has ended without a result; the page shows what it last had.', waiting: 'Waiting for a place among the readers.',
};

function liveState(state) {
  live.state = state;
  if (!live.bar) return;
  live.bar.textContent = kLiveWords[state];
  live.bar.parentElement.parentElement.dataset.state = state;
  if (['ended', 'unfinished'].includes(state)) document.getElementById('live-controls').replaceChildren();
}

/** Asks the run for something; what has come of it is told beside the controls. */
async function ask(request) {
  const told = document.getElementById('live-told');
  told.textContent = '…';
  try {
    const response = await fetch(`${location.pathname.replace(/\/?$/, '/')}control`, { method: 'POST', body: JSON.stringify(request) });
    told.textContent = (await response.json()).text;
  } catch {
    told.textContent = 'The run does not answer.';
  }
}

/** What can be asked of a run; `rates`: {group, lr} of each group that has one. */
function liveControls(rates) {
  const button = (text, request, question) => h('button', { type: 'button', class: 'plain small',
    onclick: () => { if (!question || confirm(question)) ask(request); } }, text);
  const forms = rates.map(({ group, lr }) => {
    const field = h('input', { type: 'number', min: 0, step: 'any', required: true, value: lr, 'aria-label': `lr of ${group}` });
    const set = (event) => {
      event.preventDefault();
      ask({ do: 'lr', group, lr: field.valueAsNumber });
    };
    return h('form', { onsubmit: set }, h('label', {}, `${group} lr `, field), h('button', { class: 'plain small' }, 'Set'));
  });
  document.getElementById('live-controls').replaceChildren(button('Pause', { do: 'pause' }), button('Go on', { do: 'go_on' }),
    button('Save now', { do: 'save' }), button('Stop', { do: 'stop' }, 'Stop the run here? It is kept, and can go on from there.'), ...forms, h('output', { id: 'live-told' }));
}

/** Whether the reader is in the middle of something that a new drawing would take away. */
function isBusy() {
  const at = document.activeElement;
  return at && ['SELECT', 'INPUT'].includes(at.tagName) && at.type !== 'checkbox' && !at.closest('#live-controls') && document.hasFocus();
}

/** Draws the newest document; seldom if drawing takes long, and not while nobody looks. */
function drawSoon(draw) {
  if (live.timer || !live.last) return;
  const wait = () => {
    live.timer = null;
    if (document.hidden || isBusy()) {
      live.timer = setTimeout(wait, 500);
      return;
    }
    const newest = live.last;
    live.last = null;
    const before = performance.now();
    draw(newest);
    live.drawn = 5 * (performance.now() - before);
  };
  live.timer = setTimeout(wait, Math.min(live.drawn, 5000));
}

function follow(version, draw) {
  const stream = new EventSource(`${location.pathname.replace(/\/?$/, '/')}events?since=${version}`);
  let ended = false;
  let seen = version;
  stream.onopen = () => liveState('open');
  stream.onmessage = (event) => {
    seen = Number(event.lastEventId);
    live.last = JSON.parse(event.data);
    if (live.state !== 'open') liveState('open');
    drawSoon(draw);
  };
  stream.addEventListener('end', () => {
    ended = true;
    stream.close();
    const finish = () => {
      if (live.timer || live.last) setTimeout(finish, 100);
      else liveState(live.finished ? 'ended' : 'unfinished');
    };
    finish();
  });
  stream.onerror = () => {
    if (ended) return;
    liveState('lost');
    if (stream.readyState === EventSource.CLOSED) {  // refused: as many readers as there may be
      liveState('waiting');
      setTimeout(() => follow(seen, draw), 5000);
    }
  };
}
