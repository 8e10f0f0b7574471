// The tables of figures: sorted by a click on a head, filtered by name and by task.

function leaderboard(section) {
  const views = all.tables.map(tableView);
  const tasks = [...new Set(all.tables.map((table) => table.task))];
  const note = el('p', { class: 'count', role: 'status' });
  const filter = el('input', { type: 'search', id: 'filter', placeholder: 'part of a name' });
  const task = select([['', 'all tasks'], ...tasks.map((name) => [name, name])], update);
  const every = el('input', { type: 'checkbox', on: { change: update } });
  filter.addEventListener('input', update);
  function update() {
    const left = models.filter((name) => matches(name, filter.value)).length;
    views.forEach((view) => {
      view.card.hidden = Boolean(task.value) && view.table.task !== task.value;
      if (!view.card.hidden) view.show(filter.value, every.checked);
    });
    demo.hidden = !views.some((view) => view.table.demo && !view.card.hidden);
    note.textContent = filter.value ? `${left} of ${plural(models.length, 'model')} shown` : '';
  }
  const controls = el(
    'form',
    {
      class: 'controls',
      role: 'search',
      'aria-label': 'Filter the tables',
      on: { submit: (event) => event.preventDefault() },
    },
    field('Models', filter),
    field('Task', task),
    el('label', { class: 'choice' }, every, 'all figures, also those by which no model is better'),
  );
  const demo = el(
    'div',
    { class: 'demo' },
    el('h3', {}, 'Demo norms'),
    el(
      'p',
      {},
      'These figures rest on a few associations that were written by hand to try things out. They ' +
        'must not be cited or compared with those above.',
    ),
    ...views.filter((view) => view.table.demo).map((view) => view.card),
  );
  const real = views.filter((view) => !view.table.demo).map((view) => view.card);
  section.append(controls, note, ...real, demo, readingHelp());
  update();
}

function readingHelp() {
  const lines = [
    ...all.legend,
    '▲ and ▼ tell whether a figure rose or fell; “better” or “worse” stands where a test bears it out.',
    'Rank: in brackets, between which ranks a model lies at 95%. The bar tells how far a model has ' +
      'come from chance, or from 0, to what people score, the human ceiling.',
  ];
  const help = el(
    'section',
    { class: 'reading', 'aria-labelledby': 'reading-title' },
    el('h3', { id: 'reading-title' }, 'How to read the tables'),
    ...lines.map((line) => told(line, null, 'p')),
  );
  if (all.notes.length) {
    help.append(
      el('h3', {}, 'Notes'),
      el('ul', { class: 'notes' }, ...all.notes.map((note) => told(note, null, 'li'))),
    );
  }
  return help;
}

function tableView(table) {
  const directed = table.columns.some(([, arrow]) => arrow);
  const order = { column: null, down: true };
  const body = el('tbody', {});
  const head = el('tr', {});
  const foot = el('tfoot', {});
  const grid = el(
    'table',
    { class: 'board' },
    el('caption', {}, told(table.task, null, 'span', { class: 'name' })),
    el('thead', {}, head),
    body,
    foot,
  );
  grid.caption.append(' ', el('span', { class: 'about' }, table.about));
  const card = el('div', { class: 'card' }, scrolled(grid, `Figures on ${table.task}`));
  const last = {};
  function show(wanted, every) {
    Object.assign(last, { wanted, every });
    const columns = table.columns
      .map((_, place) => place)
      .filter((place) => every || !directed || table.columns[place][1]);
    if (order.column !== null && order.column >= 0 && !columns.includes(order.column)) order.column = null;
    head.replaceChildren(
      sortHead('Model', '', '', -1),
      ...columns.map((place) => sortHead(...table.columns[place], place)),
    );
    const rows = table.rows.filter(([row]) => matches(models[row], wanted));
    body.replaceChildren(...sorted(rows).map((row) => boardRow(row, columns)));
    foot.replaceChildren(
      ...table.beside.map(([name, values]) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, name),
          ...columns.map((place) => el('td', {}, values[place])),
        ),
      ),
    );
  }
  function sortHead(title, arrow, words, place) {
    const is = order.column === place;
    const button = el(
      'button',
      { type: 'button', on: { click: () => sortBy(place) } },
      told(title),
      arrow ? el('span', { 'aria-hidden': 'true' }, ` ${arrow}`) : null,
      words ? el('span', { class: 'unseen' }, `, ${words}`) : null,
      el('span', { class: 'sorted', 'aria-hidden': 'true' }, is ? (order.down ? ' ▾' : ' ▴') : ''),
    );
    return el(
      'th',
      { scope: 'col', 'aria-sort': is ? (order.down ? 'descending' : 'ascending') : 'none' },
      button,
    );
  }
  // First the best, then the other way round.
  function sortBy(place) {
    const down = place >= 0 && table.columns[place][1] !== '↓';
    order.down = order.column === place ? !order.down : down;
    order.column = place;
    show(last.wanted, last.every);
    const at = [...head.children].findIndex((one) => one.getAttribute('aria-sort') !== 'none');
    head.children[at].firstChild.focus();
  }
  function sorted(rows) {
    if (order.column === null) return rows;
    const sign = order.down ? -1 : 1;
    if (order.column < 0)
      return [...rows].sort(
        (a, b) => sign * models[a[0]].localeCompare(models[b[0]], 'en', { numeric: true }),
      );
    const value = ([, , cells]) => {
      const cell = cells[order.column];
      return cell ? cell[0] : null;
    };
    return [...rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (x - y);
    });
  }
  return { table, card, show };
}

function boardRow([row, remark, cells], columns) {
  const name = el(
    'th',
    { scope: 'row' },
    told(models[row]),
    row === base ? ' ' : null,
    row === base ? el('span', { class: 'badge' }, 'baseline') : null,
    remark ? ' ' : null,
    remark ? el('span', { class: 'badge warn' }, `⚠ ${remark}`) : null,
  );
  return el('tr', {}, name, ...columns.map((place) => boardCell(cells[place])));
}

function boardCell(cell) {
  if (!cell) return el('td', { class: 'none' }, el('span', { 'aria-label': 'no figure' }, '–'));
  const [, value, around, best, rank, share, items, seeds, change] = cell;
  const more = [rank, items === null ? '' : plural(items, 'item'), seeds > 1 ? `${seeds} seeds` : ''];
  return el(
    'td',
    {},
    el(
      'div',
      { class: 'value' },
      el(best ? 'strong' : 'span', {}, value),
      best ? ' ' : null,
      best ? el('span', { class: 'badge best' }, '★ best') : null,
    ),
    around ? el('div', { class: 'small' }, around) : null,
    change ? changeLine(change) : null,
    share === null ? null : shareBar(share),
    el('div', { class: 'small faint' }, more.filter(Boolean).join(' · ')),
  );
}

function changeLine([value, text, told]) {
  const arrow = value > 0 ? '▲' : value < 0 ? '▼' : '=';
  const words = { 1: ' better', 0: '', [-1]: ' worse' }[told];
  return el('div', { class: `small change told${told}` }, `${arrow} ${text}${words}`);
}

function shareBar(share) {
  const filled = el('span', { class: 'filled' });
  filled.style.width = `${100 * Math.max(0, Math.min(1, share))}%`;
  const reached = share > 1 ? 'above the ceiling, which is no bound' : `${Math.round(100 * share)}% of the ceiling`;
  const text = share < 0 ? 'worse than chance' : reached;
  return el(
    'div',
    { class: 'small share' },
    el('span', { class: 'bar', 'aria-hidden': 'true' }, filled),
    text,
  );
}
