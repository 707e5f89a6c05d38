// The files' figures as series of points.

function stepLabel(steps, i) {
  const [first, last] = [steps.first[i], steps.last[i]];
  return first === last ? `iteration ${count(first)}` : `iterations ${count(first)} to ${count(last)}`;
}

/** A series by iteration; `curve` is an envelope or a list of last values. */
function byStep(steps, curve, name, look) {
  const mean = curve.mean || curve;
  return { name, ...look, points: mean.map((y, i) => ({
    x: curve.mean ? (steps.first[i] + steps.last[i]) / 2 : steps.last[i],
    y, low: curve.min?.[i] ?? undefined, high: curve.max?.[i] ?? undefined, label: stepLabel(steps, i) })) };
}

function byEpoch(epochs, value, name, look) {
  return { name, ...look, points: epochs.map((e) => ({ x: e.epoch, y: value(e) ?? null })) };
}

const has = (epochs, key) => epochs.some((e) => isNumber(e[key]));

/** Where epochs end, in iterations. */
const epochEnds = (run) => run.epochs.map((e) => e.global_step).filter(isNumber);

/** Losses that explode must not flatten all the rest: up to four times what the upper part of the values is. */
function lossDomain(values, log) {
  const good = values.filter((v) => isNumber(v) && (!log || v > 0)).sort((a, b) => a - b);
  if (good.length === 0) return log ? [0.1, 1] : [0, 1];
  const upper = good[Math.floor((good.length - 1) * 0.9)];
  const [low, high] = extent(good, log);
  const top = high > 4 * upper ? 4 * upper : high;
  return log ? [low * 0.95, top * 1.05] : [Math.max(0, low - (top - low) * 0.04), top + (top - low) * 0.04];
}
