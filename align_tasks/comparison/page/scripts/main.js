// The page: the leaderboard at once, every other section when it is first opened.

function laterSection(name, title, describe, build) {
  const data = document.getElementById(`data-${name}`);
  return data
    ? { id: title.id, title: title.text, describe, fill: (parent) => build(parent, readData(name)) }
    : null;
}

function tensionTasks(tasks) {
  return tasks.filter((task) => task.pair);
}

function laterSections() {
  return [
    laterSection(
      'surveys',
      { id: 'items', text: 'Survey items' },
      'What people and models answer, question by question',
      surveySection,
    ),
    laterSection(
      'surveys',
      { id: 'tension', text: 'Tension map' },
      'Which country a model is nearer to, item by item',
      (parent, tasks) => tensionSection(parent, tensionTasks(tasks)),
    ),
    laterSection(
      'cues',
      { id: 'cues', text: 'Cues' },
      'What people and models associate, word by word',
      cueSection,
    ),
    laterSection(
      'affect',
      { id: 'affect', text: 'How words feel' },
      'Valence, arousal and concreteness',
      affectSection,
    ),
    laterSection(
      'learning',
      { id: 'learning', text: 'Learning curves' },
      'What happened in training',
      learningSection,
    ),
  ]
    .filter(Boolean)
    .filter(
      ({ id }) => id !== 'tension' || document.getElementById('data-surveys').textContent.includes('"pair":'),
    );
}

function addSection({ id, title, describe, fill }) {
  const content = el('div', { class: 'content' });
  const fold = el(
    'details',
    { id, class: 'part' },
    el('summary', {}, el('h2', {}, title), el('span', { class: 'describe' }, describe)),
    content,
  );
  let isFilled = false;
  fold.addEventListener('toggle', () => {
    if (fold.open && !isFilled) {
      isFilled = true;
      fill(content);
    }
    if (fold.open) redrawCharts(true);
  });
  document.getElementById('main').append(fold);
  const link = el(
    'a',
    {
      href: `#${id}`,
      on: {
        click: () => {
          fold.open = true;
        },
      },
    },
    title,
  );
  document.getElementById('parts').append(el('li', {}, link));
}

function themeButton() {
  const button = document.getElementById('theme');
  const show = () => button.setAttribute('aria-pressed', String(isDark()));
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    show();
    changed();
    redrawCharts(false);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    show();
    changed();
    redrawCharts(false);
  });
  show();
}

document.getElementById('parts').append(el('li', {}, el('a', { href: '#leaderboard' }, 'Leaderboard')));
leaderboard(document.getElementById('leaderboard'));
laterSections().forEach(addSection);
themeButton();
const wanted = location.hash && document.getElementById(location.hash.slice(1));
if (wanted && wanted.tagName === 'DETAILS') wanted.open = true;
