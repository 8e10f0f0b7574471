// Survey items: the shares of every option, of people and of models.

const SURVEY = {
  item: 0,
  topic: 1,
  scale: 2,
  language: 3,
  question: 4,
  options: 5,
  people: 6,
  models: 7,
  apart: 8,
  moved: 9,
};

function surveySection(parent, tasks) {
  parent.append(
    el(
      'p',
      {},
      'Bars are people’s answers, points are models’ answer distributions. Models were asked every ' +
        'question twice, with the options in both orders.',
    ),
  );
  taskSection(parent, tasks, (holder, task) => {
    const far = (key) => (a, b) => (b.keys[key] ?? -1) - (a.keys[key] ?? -1);
    const sorts = [
      ['as in the task', () => 0],
      ['by name', (a, b) => a.keys.name.localeCompare(b.keys.name, 'en', { numeric: true })],
    ];
    if (task.items.some((item) => item[SURVEY.moved] !== null))
      sorts.unshift(['models differ most from the baseline', far('moved')]);
    if (task.items.some((item) => item[SURVEY.apart] !== null))
      sorts.unshift(['people differ most', far('apart')]);
    return chooser(holder, {
      label: 'the items',
      entries: task.items.map(surveyEntry),
      sorts,
      show: (detail, place) => showItem(detail, task, task.items[place]),
    });
  });
}

function surveyEntry(item) {
  const [name, topic, , language, question] = item;
  const apart = item[SURVEY.apart];
  const sub = [name, topic, apart === null ? '' : `people differ by ${apart.toFixed(2)}`]
    .filter(Boolean)
    .join(' · ');
  const keys = { name, apart, moved: item[SURVEY.moved] };
  return { title: question, sub, language, text: `${name} ${topic} ${question}`, keys };
}

// Who is shown, in order: people, then the chosen models.
function answerers(task, item) {
  const people = task.cultures.map((name, place) => ({
    people: true,
    text: peopleOf(name),
    shares: item[SURVEY.people][place],
    look: () => ({ colour: cultureColour(name), mark: '▬', shape: 'square' }),
  }));
  const asked = task.rows.map((row, place) => ({
    row,
    people: false,
    text: models[row],
    shares: item[SURVEY.models][place],
    look: () => modelLook(row),
  }));
  return [...people, ...asked.filter((one) => shown.has(one.row))].filter((one) => one.shares);
}

function showItem(detail, task, item) {
  const [name, topic, scale, language, question, options] = item;
  const who = answerers(task, item);
  detail.append(
    el('p', { class: 'small faint' }, [name, topic, `${scale} scale`].filter(Boolean).join(' · ')),
    told(question, language, 'h3', { class: 'question' }),
    el('ol', { class: 'options', type: 'A' }, ...options.map((option) => told(option, language, 'li'))),
  );
  addChart(detail, {
    label: `Shares of the answers to ${name}`,
    legend: () => who.map(({ text, look }) => ({ text, ...look() })),
    make: (width) => surveySpec(options, who, width),
    table: () =>
      plainTable(
        `Shares of the answers to ${name}`,
        ['option', ...who.map((one) => one.text)],
        options.map((option, place) => [
          `${letter(place)}. ${option}`,
          ...who.map((one) => percent(one.shares[place])),
        ]),
      ),
  });
}

function letter(place) {
  return String.fromCharCode(65 + place);
}

function surveySpec(options, who, width) {
  const narrow = width < 480;
  const labels = options.map((option, place) => (narrow ? letter(place) : `${letter(place)}. ${option}`));
  const rows = who.flatMap((one) =>
    one.shares.map((share, place) => ({
      who: one.text,
      people: one.people,
      option: labels[place],
      share: share / 10000,
      tip: `${one.text}: ${percent(share)} ${letter(place)}. ${options[place]}`,
    })),
  );
  const people = who.filter((one) => one.people);
  const names = who.map((one) => one.text);
  const found = looks(
    names,
    who.map((one) => one.look().colour),
    who.map((one) => one.look().shape),
  );
  const y = {
    field: 'option',
    type: 'nominal',
    sort: labels,
    title: null,
    axis: { labelLimit: narrow ? 30 : Math.min(260, width * 0.35), grid: false, domain: false, ticks: false },
  };
  const x = {
    field: 'share',
    type: 'quantitative',
    title: 'share of the answers',
    axis: { format: '.0%', tickCount: narrow ? 3 : 6 },
    scale: { zero: true, nice: true },
  };
  const tooltip = { field: 'tip', type: 'nominal' };
  const lanes = (some, padded) => ({
    field: 'who',
    type: 'nominal',
    sort: some.map((one) => one.text),
    scale: { domain: some.map((one) => one.text), ...(padded ? { paddingInner: 0.1 } : {}) },
  });
  const others = who.filter((one) => !one.people);
  return {
    width: width - 10,
    autosize: { type: 'fit', contains: 'padding' },
    height: options.length * Math.max(30, 14 * people.length + 12, 8 * others.length + 14) + 50,
    data: { values: rows },
    resolve: { scale: { yOffset: 'independent' } },
    layer: [
      {
        transform: [{ filter: { field: 'people', equal: true } }],
        mark: { type: 'bar', opacity: 0.65 },
        encoding: { x, y, yOffset: lanes(people, true), color: found.color, tooltip },
      },
      {
        transform: [{ filter: { field: 'people', equal: false } }],
        mark: {
          type: 'point',
          filled: true,
          size: 120,
          opacity: 1,
          stroke: isDark() ? '#16181d' : '#ffffff',
          strokeWidth: 1,
        },
        encoding: { x, y, yOffset: lanes(others, false), ...found, tooltip },
      },
    ],
  };
}
