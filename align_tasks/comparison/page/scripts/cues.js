// Cues: what people say, beside the words, orders and likelihoods of models.

const CUE = { cue: 0, words: 1, counts: 2, others: 3, answers: 4 };
const KIND = {
  association: 'Words that at least one person gave have a tick and a line under them.',
  ranking: 'Models were asked to put people’s words in order, the most frequent first.',
  likelihood:
    'How likely models find each of people’s words, beside how often people gave them; both add up to 100%.',
};

function cueSection(parent, tasks) {
  taskSection(parent, tasks, (holder, task) => {
    holder.append(el('p', {}, KIND[task.kind]));
    const entries = task.items.map((item) => {
      const [cue, words] = item;
      const keys = { cue, spread: spread(task, item) };
      return {
        title: cue,
        sub: words.slice(0, 3).join(', '),
        language: task.language,
        text: `${cue} ${words.join(' ')}`,
        keys,
      };
    });
    const sorts = [
      ['as in the task', () => 0],
      ['by name', (a, b) => a.keys.cue.localeCompare(b.keys.cue)],
    ];
    if (entries.some((entry) => entry.keys.spread > 0))
      sorts.push(['models differ most', (a, b) => b.keys.spread - a.keys.spread]);
    return chooser(holder, {
      label: 'the cues',
      entries,
      sorts,
      show: (detail, place) => showCue(detail, task, task.items[place]),
    });
  });
}

// How far models' answers to a cue are apart, for sorting only.
function spread(task, item) {
  const found = item[CUE.answers].filter(Boolean).map((answer) => {
    if (task.kind === 'association') return answer.slice(0, 10).filter((code) => code % 2).length;
    if (task.kind === 'likelihood') return answer.reduce((sum, part, place) => sum + part * place, 0);
    return (
      answer.reduce((sum, place, rank) => sum + Math.abs(place - rank), 0) +
      10 * (item[CUE.words].length - answer.length)
    );
  });
  return found.length ? Math.max(...found) - Math.min(...found) : 0;
}

function showCue(detail, task, item) {
  const runs = task.runs.map(([row, label], place) => ({ row, label, answer: item[CUE.answers][place] }));
  const asked = runs.filter(({ row }) => shown.has(row));
  detail.append(told(item[CUE.cue], task.language, 'h3', { class: 'question' }));
  if (task.kind === 'association') showWords(detail, task, item, asked);
  else if (task.kind === 'ranking') showOrders(detail, task, item, asked);
  else showLikelihoods(detail, task, item, asked);
}

function showWords(detail, task, item, asked) {
  const [, words, counts, others] = item;
  const most = Math.max(...counts, 1);
  const people = words.map((word, place) => {
    const filled = el('span', { class: 'filled' });
    filled.style.width = `${(100 * counts[place]) / most}%`;
    return el(
      'li',
      {},
      told(word, task.language, 'span', { class: 'word' }),
      el('span', { class: 'bar', 'aria-hidden': 'true' }, filled),
      el('span', { class: 'number' }, String(counts[place])),
    );
  });
  const rest = others ? el('p', { class: 'small faint' }, `and ${plural(others, 'rarer response')}`) : null;
  const answers = asked.map(({ row, label, answer }) => {
    const look = modelLook(row);
    const title = el(
      'h4',
      {},
      el('span', { class: 'mark', colour: look.colour, 'aria-hidden': 'true' }, look.mark),
      told(label),
    );
    if (!answer || !answer.length)
      return el(
        'div',
        {},
        title,
        el('p', { class: 'faint' }, answer ? 'No word could be read.' : 'Not asked.'),
      );
    const hits = answer.filter((code) => code % 2).length;
    return el(
      'div',
      {},
      title,
      el('p', { class: 'small faint' }, `${hits} of ${plural(answer.length, 'word')} also given by people`),
      el('ul', { class: 'words' }, ...answer.map((code) => wordOf(task, code))),
    );
  });
  detail.append(
    el(
      'div',
      { class: 'beside' },
      el(
        'div',
        {},
        el('h4', {}, 'People'),
        el('ol', { class: 'counts', 'aria-label': 'What people say, with how many gave it' }, ...people),
        rest,
      ),
      el('div', {}, ...answers),
    ),
  );
}

function wordOf(task, code) {
  const word = told(task.words[code >> 1], task.language);
  if (code % 2 === 0) return el('li', {}, word);
  return el(
    'li',
    { class: 'hit' },
    el('span', { 'aria-hidden': 'true' }, '✓ '),
    word,
    el('span', { class: 'unseen' }, ', also given by people'),
  );
}

function showOrders(detail, task, item, asked) {
  const [cue, words, counts] = item;
  const rows = words.map((word, place) => [
    String(place + 1),
    told(`${word} (${counts[place]})`, task.language),
    ...asked.map(({ answer }) => orderCell(task, words, counts, answer, place)),
  ]);
  detail.append(
    plainTable(
      `Order of the words for ${cue}`,
      ['place', 'people (how many gave it)', ...asked.map((one) => one.label)],
      rows,
    ),
  );
}

// The word that a model has at a place, with people’s place of it: equally frequent words share one.
function orderCell(task, words, counts, answer, place) {
  if (!answer || answer[place] === undefined) return '–';
  const theirs = answer[place];
  const away = counts[theirs] === counts[place] ? '✓' : `people: ${counts.indexOf(counts[theirs]) + 1}`;
  return el('span', {}, told(words[theirs], task.language), ' ', el('span', { class: 'small faint' }, away));
}

function showLikelihoods(detail, task, item, asked) {
  const [cue, words, counts] = item;
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const rows = words.map((word, place) => [
    word,
    percent((10000 * counts[place]) / total),
    ...asked.map(({ answer }) => (answer ? percent(answer[place]) : '–')),
  ]);
  detail.append(
    plainTable(`Shares of the words for ${cue}`, ['word', 'people', ...asked.map((one) => one.label)], rows),
  );
}
