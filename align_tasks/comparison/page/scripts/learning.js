// Learning curves: figures that trainers logged, step by step.

const CURVES = {
  __proto__: null,
  loss: 'loss on training examples, nats a token',
  eval_loss: 'loss on held-out cues, nats a token',
  eval_p_at_5: 'P@5 on held-out cues',
  eval_spearman: 'Spearman on held-out cues',
  eval_rank_invalid: 'unreadable rankings of held-out cues',
  eval_invalid: 'unreadable answers to held-out cues',
  reward: 'reward of sampled answers',
  spearman: 'Spearman of sampled answers',
  invalid: 'unreadable sampled answers',
  kl: 'KL to the start, nats an answer',
  entropy: 'entropy of a token, nats',
  value_loss: 'value loss',
};

function learningSection(parent, runs) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.figures)))];
  const known = Object.keys(CURVES).filter((name) => names.includes(name));
  const others = names.filter((name) => !known.includes(name));
  const holder = el('div', { class: 'panels' });
  const every = el('input', { type: 'checkbox', on: { change: () => redraw() } });
  parent.append(
    el(
      'div',
      { class: 'controls' },
      modelPicker(),
      others.length
        ? el('label', { class: 'choice' }, every, `${plural(others.length, 'further figure')}`)
        : null,
    ),
    holder,
  );
  function redraw() {
    forgetCharts(holder);
    const some = runs.filter((run) => shown.has(run.row));
    [...known, ...(every.checked ? others : [])].forEach((name) =>
      curveChart(
        holder,
        name,
        some.filter((run) => run.figures[name]),
      ),
    );
    if (!holder.children.length)
      holder.append(el('p', {}, 'None of the chosen models left a log of its training.'));
  }
  listeners.add(redraw);
  redraw();
}

function curveChart(holder, name, runs) {
  if (!runs.length) return;
  const title = CURVES[name] || name;
  addChart(holder, {
    label: title,
    legend: () => runs.map((run) => ({ ...modelLook(run.row), text: run.label })),
    make: (width) => curveSpec(name, runs, width),
    table: () =>
      plainTable(
        title,
        ['run', 'step', 'value'],
        runs.flatMap((run) =>
          run.figures[name].map(([step, value]) => [run.label, String(step), String(value)]),
        ),
      ),
  });
}

function curveSpec(name, runs, width) {
  const values = runs.flatMap((run) =>
    run.figures[name].map(([step, value]) => ({
      who: run.label,
      step,
      value,
      tip: `${run.label}, step ${step}: ${value}`,
    })),
  );
  const found = looks(
    runs.map((run) => run.label),
    runs.map((run) => modelLook(run.row).colour),
    runs.map((run) => modelLook(run.row).shape),
  );
  const encoding = {
    x: { field: 'step', type: 'quantitative', title: 'step', axis: { tickCount: 5, format: 'd' } },
    y: { field: 'value', type: 'quantitative', title: null, scale: { zero: false } },
  };
  const few = values.length < 60 * runs.length;
  return {
    width: width - 10,
    height: 220,
    autosize: { type: 'fit', contains: 'padding' },
    data: { values },
    encoding,
    layer: [
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { color: found.color } },
      {
        mark: { type: 'point', filled: true, size: few ? 40 : 12, opacity: few ? 1 : 0 },
        encoding: { ...found, tooltip: { field: 'tip', type: 'nominal' } },
      },
    ],
  };
}
