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
  const label = `${task.task}: ${what}`;
  const rows = task.rows.filter(([row, value]) => shown.has(row) && value !== null);
  addChart(holder, {
    label,
    legend: () => affectLegend(task, rows),
    make: (width) => affectSpec(task, rows, width),
    table: () => affectTable(task, rows, label),
  });
}

function affectLegend(task, rows) {
  const people = { mark: '┅', colour: cultureColour(task.culture), text: 'people' };
  const asked = rows.map(([row]) => ({ ...modelLook(row), text: models[row] }));
  return task.people === null ? asked : [people, ...asked];
}

function affectTable(task, rows, label) {
  const number = (value) => (value === null ? '' : value.toFixed(3));
  const people = task.people === null ? [] : [['people', number(task.people), '', '']];
  const asked = rows.map(([row, ...values]) => [models[row], ...values.map(number)]);
  return plainTable(label, ['model', 'mean', 'from', 'to'], [...people, ...asked]);
}

function affectSpec(task, rows, width) {
  const values = rows.map(([row, value, low, high]) => ({
    who: shortName(row),
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
  const axis = { labelLimit: Math.max(90, width * 0.4), grid: true };
  const y = { field: 'who', type: 'nominal', sort: names, title: null, axis };
  const x = { type: 'quantitative', title: null, scale: { zero: false, nice: true }, axis: { tickCount: 5 } };
  const dashed = { type: 'rule', strokeDash: [6, 4], strokeWidth: 2, color: cultureColour(task.culture) };
  const people = {
    data: { values: task.people === null ? [] : [{ value: task.people }] },
    mark: dashed,
    encoding: { x: { field: 'value', ...x } },
  };
  const ends = { x: { field: 'low', ...x }, x2: { field: 'high' }, y, color: found.color };
  const tooltip = { field: 'tip', type: 'nominal' };
  return {
    width: width - 10,
    autosize: { type: 'fit', contains: 'padding' },
    height: 30 * Math.max(1, names.length) + 40,
    data: { values },
    layer: [
      people,
      { mark: { type: 'rule', strokeWidth: 2 }, encoding: ends },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: { x: { field: 'value', ...x }, y, ...found, tooltip },
      },
    ],
  };
}
