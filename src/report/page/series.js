// The files' figures as series of points.

function partLabel(parts, i, unit) {
  const [first, last] = [parts.first[i], parts.last[i]];
  return first === last ? `${unit} ${count(first)}` : `${unit}s ${count(first)} to ${count(last)}`;
}

/** A series by the parts that a run is cut into; `curve` is an envelope or a list of last values. */
function byPart(parts, curve, name, look, unit) {
  const mean = curve.mean || curve;
  return { name, ...look, points: mean.map((y, i) => ({
    x: curve.mean ? (parts.first[i] + parts.last[i]) / 2 : parts.last[i],
    y, low: curve.min?.[i] ?? undefined, high: curve.max?.[i] ?? undefined, label: partLabel(parts, i, unit) })) };
}

const byStep = (steps, curve, name, look) => byPart(steps, curve, name, look, 'iteration');

/** The member at a path such as update_ratios.0. */
const memberAt = (object, path) => path.split('.').reduce((value, key) => value?.[key], object);

/** A figure by epoch; of many epochs the envelope. */
function byEpoch(run, key, name, look) {
  const curve = run.epoch_curves && memberAt(run.epoch_curves, key);
  if (curve) return byPart(run.epoch_curves, curve, name, look, 'epoch');
  return { name, ...look, points: run.epochs.map((e) => ({ x: e.epoch, y: memberAt(e, key) ?? null })) };
}

const has = (epochs, key) => epochs.some((e) => isNumber(memberAt(e, key)));

/** The figures of a part (train, val, test) that a line has beside its loss. */
const figuresOf = (line, part) => Object.keys(line || {}).filter((key) => key.startsWith(`${part}_`) && key !== `${part}_loss` && key !== 'val_epoch');

/** The name of the figure that is told beside the training loss. */
const quickFigure = (run) => run.steps.quick || (figuresOf(run.epochs[0], 'train')[0] || 'train_accuracy').slice('train_'.length);

const kShares = ['accuracy', 'label_accuracy', 'subset_accuracy'];
const unitOf = (name) => (kShares.includes(name) ? 'share of the rows' : words(name));

/** What the loss is of. */
const lossUnit = (run) => (run.config.loss || (quickFigure(run) === 'mae' ? 'squared error' : 'cross-entropy')).replaceAll('_', ' ').replace(/^(softmax|binary) /, '').replace('cross entropy', 'cross-entropy');

/** What is left out where there are many epochs. */
const epochParts = (run) => (run.epoch_curves
  ? `${count(run.epoch_count)} epochs in ${run.epoch_curves.first.length} equal parts: the line is each part’s mean, the band reaches from its lowest to its highest epoch. ` : '');

/** The highest value, but at most four times what nine tenths of them stay below. */
function lossTop(values, log) {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor((sorted.length - 1) * 0.9)];
  const [, high] = extent(sorted, log);
  return high > 4 * upper ? 4 * upper : high;
}

/** Losses that explode must not flatten all the rest: up to four times what the upper part of the values is. */
function lossDomain(values, log) {
  const good = values.filter((v) => isNumber(v) && (!log || v > 0));
  if (good.length === 0) return log ? [0.1, 1] : [0, 1];
  const [low] = extent(good, log);
  const top = lossTop(good, log);
  return log ? [low * 0.95, top * 1.05] : [Math.max(0, low - (top - low) * 0.04), top + (top - low) * 0.04];
}
