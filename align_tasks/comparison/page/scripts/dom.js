// Elements of the page. Texts from outside only ever become text nodes and attributes that cannot run.

function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'on') for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (key === 'colour') made.style.color = value;
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// A text in whatever script it is written.
function told(text, language, name = 'span', attributes = {}) {
  return el(name, { dir: 'auto', lang: language || null, ...attributes }, text);
}

function readData(name) {
  const holder = document.getElementById(`data-${name}`);
  return holder ? JSON.parse(holder.textContent) : null;
}

function percent(parts) {
  return `${(parts / 100).toFixed(parts < 1000 ? 1 : 0)}%`;
}

function plural(number, word) {
  return `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;
}

function field(label, control) {
  return el('label', { class: 'field' }, el('span', {}, label), control);
}

function select(options, change) {
  const made = el('select', { on: { change: () => change(made.value) } });
  options.forEach(([value, label]) => made.append(el('option', { value }, label)));
  return made;
}

// A table in a box of its own that scrolls sideways, so that the page does not.
function scrolled(table, label) {
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label }, table);
}

function plainTable(caption, heads, rows) {
  const head = el('tr', {}, ...heads.map((text) => told(text, null, 'th', { scope: 'col' })));
  const body = rows.map(([first, ...cells]) =>
    el('tr', {}, told(first, null, 'th', { scope: 'row' }), ...cells.map((cell) => el('td', {}, cell))),
  );
  return scrolled(
    el(
      'table',
      { class: 'plain' },
      told(caption, null, 'caption'),
      el('thead', {}, head),
      el('tbody', {}, ...body),
    ),
    caption,
  );
}
