// Numbers as text: short to read, with the whole value beside it.

/** The number as JavaScript writes it: it reads back as the same number. */
const exact = (x) => (x === null || x === undefined ? '' : String(x));

/** Four decimals for figures around 1, else four significant digits. */
function short(x) {
  if (x === null || x === undefined) return '–';
  if (typeof x !== 'number') return String(x);
  if (Number.isInteger(x)) return x.toLocaleString('en-US');
  const size = Math.abs(x);
  if (size >= 0.01 && size < 100) return x.toFixed(4);
  if (size >= 100 && size < 1e6) return x.toLocaleString('en-US', { maximumFractionDigits: 1 });
  return x.toExponential(3).replace('e+', 'e').replace(/\.?0+e/, 'e');
}

/** A learning rate: as few digits as it has. */
function rateText(x) {
  if (x === null || x === undefined) return '–';
  if (x === 0) return '0';
  const digits = Number(x.toPrecision(3));
  return Math.abs(digits) >= 0.001 && Math.abs(digits) < 1000 ? String(digits) : digits.toExponential().replace('e+', 'e');
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

const count = (x) => (typeof x === 'number' ? x.toLocaleString('en-US') : '–');

/** val_loss → validation loss */
const kWords = { val: 'validation', auc: 'AUC', f1: 'F1' };
const words = (name) => name.split('_').map((word) => kWords[word] || word).join(' ');
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const plural = (n, one) => `${count(n)} ${one}${n === 1 ? '' : 's'}`;
