// A list to choose from, searched and sorted, and beside it what was chosen.

// entries: {title, sub, language, text, keys}; sorts: [[name, (a, b) => order], …]; show(holder, place).
function chooser(parent, { label, entries, sorts, show }) {
  const detail = el('div', { class: 'detail' });
  const list = el('ol', { class: 'entries', 'aria-label': label });
  const count = el('p', { class: 'count', role: 'status' });
  let current = null;
  const buttons = entries.map((entry, place) =>
    el(
      'button',
      { type: 'button', tabindex: '-1', on: { click: () => choose(place) } },
      told(entry.title, entry.language, 'span', { class: 'title' }),
      entry.sub ? el('span', { class: 'sub' }, entry.sub) : null,
    ),
  );
  const lines = buttons.map((button) => el('li', {}, button));
  const search = el('input', { type: 'search', on: { input: update } });
  const sort = select(
    sorts.map(([name], place) => [String(place), name]),
    update,
  );
  function order() {
    const found = entries
      .map((_, place) => place)
      .filter((place) => matches(entries[place].text, search.value));
    return found.sort((a, b) => sorts[Number(sort.value)][1](entries[a], entries[b]) || a - b);
  }
  function update() {
    const places = order();
    list.replaceChildren(...places.map((place) => lines[place]));
    count.textContent = search.value ? `${places.length} of ${entries.length} found` : '';
    if (current === null && places.length) choose(places[0]);
    reach(places.includes(current) ? current : places[0]);
  }
  function reach(place) {
    buttons.forEach((button) => {
      button.tabIndex = -1;
    });
    if (place !== undefined) buttons[place].tabIndex = 0;
  }
  function choose(place) {
    if (current !== null) buttons[current].removeAttribute('aria-current');
    current = place;
    buttons[place].setAttribute('aria-current', 'true');
    reach(place);
    redraw();
  }
  function redraw() {
    if (current === null) return;
    forgetCharts(detail);
    show(detail, current);
  }
  list.addEventListener('keydown', (event) => {
    const places = [...list.querySelectorAll('button')];
    const at = places.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: places.length - 1 }[event.key];
    if (to === undefined || !places[to]) return;
    event.preventDefault();
    places[to].focus();
  });
  const side = el(
    'div',
    { class: 'side' },
    field(`Find in ${label}`, search),
    field('Order', sort),
    count,
    list,
  );
  parent.append(el('div', { class: 'chooser' }, side, detail));
  update();
  return { redraw };
}

// A section that shows one of several tasks; open(task) fills the holder and returns {redraw}.
function taskSection(parent, tasks, open) {
  const holder = el('div', {});
  let view = null;
  const names = tasks.map((task) => taskName(task, tasks));
  const pick = select(
    tasks.map((_, place) => [String(place), names[place]]),
    (place) => show(Number(place)),
  );
  function show(place) {
    forgetCharts(holder);
    view = open(holder, tasks[place]);
  }
  parent.append(
    el(
      'div',
      { class: 'controls' },
      tasks.length > 1 ? field('Task', pick) : el('p', { class: 'one' }, names[0]),
      modelPicker(),
    ),
    holder,
  );
  listeners.add(() => {
    if (view) view.redraw();
  });
  show(0);
}

function taskName(task, tasks) {
  const alike = tasks.filter((other) => other.task === task.task).length > 1;
  const table = all.tables[task.table];
  const demo = table.demo ? ' (demo norms)' : '';
  const asked = task.culture ? `, asked in the language of ${all.cultures[task.culture]}` : '';
  return `${task.task}${asked}${demo}${alike ? ` (${table.about})` : ''}`;
}
