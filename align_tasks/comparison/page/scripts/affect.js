// How words feel: averages of what models wrote or how they rate, with 95% intervals, beside people's.

function affectSection(parent, tasks) {
  parent.append(
    el(
      'p',
      {},
      'Valence runs from unpleasant to pleasant, arousal from calm to excited (1 to 9), ' +
        'concreteness from abstract to concrete (1 to 5). The dashed line is people’s average.',
    ),
    modelPicker(),
  );
  const holder = el('div', { class: 'panels' });
  parent.append(holder);
  const redraw = () => {
    forgetCharts(holder);
    tasks.forEach((task) => affectChart(holder, task));
  };
  listeners.add(redraw);
  redraw();
}

function affectChart(holder, task) {
  const what = task.bias
    ? `${task.dimension} as rated, less people’s, in parts of the scale`
    : `mean ${task.dimension} of the words, ${task.scale.join(' to ')}`;
  const rows = task.rows.filter(([row, value]) => shown.has(row) && value !== null);
  const number = (value) => (value === null ? '' : value.toFixed(3));
  addChart(holder, {
    label: `${taskName(task, [])}: ${what}`,
    make: (width) => affectSpec(task, rows, what, width),
    table: () =>
      plainTable(
        `${taskName(task, [])}: ${what}`,
        ['model', 'mean', 'from', 'to'],
        [
          ...(task.people === null ? [] : [['people', number(task.people), '', '']]),
          ...rows.map(([row, ...values]) => [models[row], ...values.map(number)]),
        ],
      ),
  });
}

function affectSpec(task, rows, what, width) {
  const values = rows.map(([row, value, low, high]) => ({
    who: models[row],
    value,
    low: low ?? value,
    high: high ?? value,
    tip: `${models[row]}: ${value.toFixed(3)}`,
  }));
  const names = values.map((one) => one.who);
  const found = looks(
    names,
    rows.map(([row]) => modelLook(row).colour),
    rows.map(([row]) => modelLook(row).shape),
  );
  const y = {
    field: 'who',
    type: 'nominal',
    sort: names,
    title: null,
    axis: { labelLimit: Math.max(90, width * 0.4), grid: true },
  };
  const x = {
    type: 'quantitative',
    title: what,
    scale: { zero: false, nice: true },
    axis: { tickCount: 5, titleLimit: width - 20 },
  };
  const people =
    task.people === null
      ? []
      : [
          {
            data: { values: [{ value: task.people }] },
            mark: { type: 'rule', strokeDash: [6, 4], strokeWidth: 2, color: palette().cultures[0] },
            encoding: { x: { field: 'value', ...x } },
          },
        ];
  return {
    width: width - 10,
    autosize: { type: 'fit', contains: 'padding' },
    height: 30 * Math.max(1, names.length) + 60,
    data: { values },
    layer: [
      ...people,
      {
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, y, color: found.color },
      },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: { x: { field: 'value', ...x }, y, ...found, tooltip: { field: 'tip', type: 'nominal' } },
      },
    ],
  };
}
