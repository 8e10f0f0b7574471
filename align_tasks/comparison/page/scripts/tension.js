// The tension map: how far every item is from either country, and where an adapter moves it.

function tensionSection(parent, tasks) {
  parent.append(
    el(
      'p',
      {},
      'The items on which two countries differ most, each at a model’s distances to the answers of ' +
        'both: 0 where it answers as people do. An arrow leads from one model to the other.',
    ),
  );
  const holder = el('div', {});
  const pick = select(
    tasks.map((task, place) => [String(place), taskName(task, tasks)]),
    () => fill(),
  );
  const from = select([], () => show());
  const to = select([], () => show());
  parent.append(
    el('div', { class: 'controls' }, field('Task', pick), field('From', from), field('To', to)),
    holder,
  );
  const current = () => tasks[Number(pick.value)];
  function fill() {
    const rows = current().rows;
    const names = rows.map((row) => el('option', { value: String(row) }, models[row]));
    from.replaceChildren(...names);
    to.replaceChildren(...names.map((name) => name.cloneNode(true)));
    from.value = String(rows.includes(base) ? base : rows[0]);
    to.value = String(rows.find((row) => String(row) !== from.value) ?? rows[0]);
    show();
  }
  function show() {
    forgetCharts(holder);
    showMap(holder, current(), Number(from.value), Number(to.value));
  }
  fill();
}

function showMap(holder, task, from, to) {
  const places = [task.rows.indexOf(from), task.rows.indexOf(to)];
  const names = task.pair.map((name) => all.cultures[name] || name);
  const points = task.items
    .map((item, place) => ({
      item,
      start: task.distances[place][places[0]],
      end: task.distances[place][places[1]],
    }))
    .filter((one) => one.start && one.end);
  const label =
    from === to
      ? `Distances of ${models[from]} to ${names.join(' and ')}`
      : `From ${models[from]} to ${models[to]}: distances to ${names.join(' and ')}`;
  const nearer = (key) => points.filter((one) => one[key][0] < one[key][1]).length;
  const counted = `${models[from]} is nearer to ${names[0]} on ${nearer('start')} of`;
  const then = from === to ? '' : `, ${models[to]} on ${nearer('end')}`;
  const finding = `${counted} ${plural(points.length, 'item')}${then}.`;
  holder.append(told(finding, null, 'p', { class: 'finding' }));
  holder.append(
    told(`Above the dashed line a model is nearer to ${names[0]}, below it to ${names[1]}.`, null, 'p'),
  );
  addChart(holder, {
    label,
    legend: () =>
      [[from, '○'], ...(from === to ? [] : [[to, '→']])].map(([row, mark]) => ({
        mark,
        colour: modelLook(row).colour,
        text: models[row],
      })),
    make: (width) => mapSpec(points, names, from, to, Math.min(width, 620)),
    table: () =>
      plainTable(
        label,
        [
          'item',
          ...[from, ...(from === to ? [] : [to])].flatMap((row) =>
            names.map((name) => `${models[row]}: to ${name}`),
          ),
        ],
        points.map(({ item, start, end }) => [
          `${item[0]} ${item[4]}`,
          ...[...start, ...(from === to ? [] : end)].map((part) => (part / 10000).toFixed(3)),
        ]),
      ),
  });
}

function mapSpec(points, names, from, to, width) {
  const most =
    Math.ceil(
      Math.max(0.1, ...points.flatMap(({ start, end }) => [...start, ...end]).map((part) => part / 10000)) *
        10,
    ) / 10;
  const rows = points.map(({ item, start: [x, y], end: [x2, y2] }) => ({
    x: x / 10000,
    y: y / 10000,
    x2: x2 / 10000,
    y2: y2 / 10000,
    angle: (Math.atan2(x2 - x, y2 - y) * 180) / Math.PI,
    tip: `${item[0]}: ${item[4].slice(0, 80)}`,
  }));
  const size = Math.max(200, width - 70);
  const axis = (place) => ({
    title: `distance to ${names[place]}`,
    type: 'quantitative',
    scale: { domain: [0, most] },
    axis: { tickCount: 5 },
  });
  const tooltip = { field: 'tip', type: 'nominal' };
  const arrows =
    from === to
      ? []
      : [
          {
            mark: { type: 'rule', color: modelLook(to).colour, opacity: 0.75, strokeWidth: 1.5 },
            encoding: {
              x: { field: 'x', ...axis(0) },
              y: { field: 'y', ...axis(1) },
              x2: { field: 'x2' },
              y2: { field: 'y2' },
              tooltip,
            },
          },
          {
            mark: {
              type: 'point',
              shape: 'triangle-up',
              filled: true,
              size: 60,
              color: modelLook(to).colour,
              opacity: 1,
            },
            encoding: {
              x: { field: 'x2', ...axis(0) },
              y: { field: 'y2', ...axis(1) },
              angle: { field: 'angle', type: 'quantitative', scale: null },
              tooltip,
            },
          },
        ];
  const near = (place, x, y, align) => ({
    data: { values: [{}] },
    mark: {
      type: 'text',
      text: `nearer to ${names[place]}`,
      align,
      fontStyle: 'italic',
      color: chartConfig().axis.labelColor,
      opacity: 0.7,
    },
    encoding: { x: { datum: x, ...axis(0) }, y: { datum: y, ...axis(1) } },
  });
  return {
    width: size,
    height: size,
    data: { values: rows },
    layer: [
      {
        data: { values: [{ a: 0, b: most }] },
        mark: { type: 'rule', strokeDash: [6, 4], color: chartConfig().axis.labelColor, opacity: 0.6 },
        encoding: {
          x: { field: 'a', ...axis(0) },
          y: { field: 'a', ...axis(1) },
          x2: { field: 'b' },
          y2: { field: 'b' },
        },
      },
      near(0, most * 0.02, most * 0.97, 'left'),
      near(1, most * 0.98, most * 0.03, 'right'),
      ...arrows,
      {
        mark: { type: 'point', filled: false, size: 45, color: modelLook(from).colour, opacity: 0.9 },
        encoding: { x: { field: 'x', ...axis(0) }, y: { field: 'y', ...axis(1) }, tooltip },
      },
    ],
  };
}
