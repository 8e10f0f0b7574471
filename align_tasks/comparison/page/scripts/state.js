// What all sections share: names, colours, and which models the charts show.

const all = readData('main');
const models = all.models;
const base = all.baseline;
const cultures = Object.keys(all.cultures);

const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
];
const MARKS = ['●', '■', '▲', '◆', '✚', '▼', '▶', '◀'];
const PALETTES = {
  light: {
    cultures: ['#0072b2', '#d55e00', '#7a5195', '#8c6d1f', '#4d4d4d'],
    base: '#3d3d3d',
    models: ['#00795a', '#a8327e', '#8a6500', '#332288', '#7a1f1f', '#117733', '#44708a'],
  },
  dark: {
    cultures: ['#5cb8ec', '#ff9a56', '#c6a3e6', '#d8b968', '#c8c8c8'],
    base: '#e6e6e6',
    models: ['#37d3a8', '#ef9ad0', '#e8c74e', '#aca8f8', '#f0a195', '#85d692', '#9cc9e4'],
  },
};

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function palette() {
  return isDark() ? PALETTES.dark : PALETTES.light;
}

function cultureColour(name) {
  const known = palette().cultures;
  return known[Math.max(0, cultures.indexOf(name)) % known.length];
}

function peopleOf(name) {
  return name ? `people in ${all.cultures[name]}` : 'people';
}

// The baseline is grey and round; every other model keeps its colour and shape on the whole page.
function modelLook(row) {
  if (row === base) return { colour: palette().base, shape: SHAPES[0], mark: MARKS[0] };
  const place = base !== null && row > base ? row - 1 : row;
  const colours = palette().models;
  const shape = 1 + (place % (SHAPES.length - 1));
  return { colour: colours[place % colours.length], shape: SHAPES[shape], mark: MARKS[shape] };
}

// A model's name where there is little room: an adapter on the baseline goes by its own name.
function shortName(row) {
  const before = base === null ? null : `${models[base]} + `;
  return before && models[row].startsWith(before) ? `+ ${models[row].slice(before.length)}` : models[row];
}

const FIRST_SHOWN = 5;
const shown = new Set(base === null ? [] : [base]);
models.forEach((_, row) => {
  if (shown.size < FIRST_SHOWN) shown.add(row);
});
const listeners = new Set();

function changed() {
  listeners.forEach((listener) => listener());
}

// Boxes to choose the models that the charts show; there is one in every section, and they agree.
function modelPicker() {
  const summary = el('summary', {});
  const boxes = models.map((name, row) => {
    const box = el('input', {
      type: 'checkbox',
      on: {
        change: () => {
          if (box.checked) shown.add(row);
          else shown.delete(row);
          changed();
        },
      },
    });
    const mark = el('span', { class: 'mark', 'aria-hidden': 'true' }, modelLook(row).mark);
    return { row, box, mark, line: el('label', { class: 'choice' }, box, mark, told(name)) };
  });
  const search = el('input', {
    type: 'search',
    on: {
      input: () =>
        boxes.forEach(({ row, line }) => {
          line.hidden = !matches(models[row], search.value);
        }),
    },
  });
  const show = () => {
    summary.textContent = `Models in the charts: ${shown.size} of ${models.length}`;
    boxes.forEach(({ row, box, mark }) => {
      box.checked = shown.has(row);
      mark.style.color = modelLook(row).colour;
    });
  };
  listeners.add(show);
  show();
  const many = models.length > 12 ? field('Find a model', search) : null;
  return el(
    'details',
    { class: 'models' },
    summary,
    many,
    el('div', { class: 'choices' }, ...boxes.map((one) => one.line)),
  );
}

function matches(text, wanted) {
  const searched = text.toLocaleLowerCase();
  return wanted
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((part) => searched.includes(part));
}
