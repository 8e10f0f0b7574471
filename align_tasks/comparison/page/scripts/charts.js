// Charts by Vega-Lite, each with a table of its figures. Expressions are interpreted: none becomes code.

const charts = new Set();
const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", "Noto Sans ' +
  'Arabic", sans-serif';

function chartConfig() {
  const look = getComputedStyle(document.documentElement);
  const text = look.getPropertyValue('--text').trim();
  const line = look.getPropertyValue('--line').trim();
  return {
    background: 'transparent',
    font: FONT,
    view: { stroke: line },
    axis: {
      labelColor: text,
      titleColor: text,
      gridColor: line,
      domainColor: line,
      tickColor: line,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 'normal',
    },
    title: { color: text, fontSize: 13, fontWeight: 'normal', anchor: 'start' },
  };
}

// Draw a chart and keep it right: make(width) gives its specification, width in pixels.
function addChart(parent, { label, make, legend, table }) {
  const holder = el('div', { class: 'chart' });
  const names = el('ul', { class: 'legend', 'aria-label': 'Legend' });
  const figures = el('details', { class: 'figures' }, el('summary', {}, 'These figures as a table'));
  figures.addEventListener('toggle', () => {
    if (figures.open && figures.children.length === 1) figures.append(table());
  });
  parent.append(el('figure', {}, told(label, null, 'figcaption'), names, holder, figures));
  const chart = { holder, width: 0, draw: () => drawChart(chart, label, make, legend, names) };
  charts.add(chart);
  chart.draw();
  return chart;
}

async function drawChart(chart, label, make, legend, names) {
  chart.width = chart.holder.clientWidth;
  if (!chart.width) return;
  names.replaceChildren(
    ...(legend ? legend() : []).map(({ mark, colour, text }) =>
      el('li', {}, el('span', { class: 'mark', colour, 'aria-hidden': 'true' }, mark), told(text)),
    ),
  );
  const turn = (chart.turn || 0) + 1;
  chart.turn = turn;
  const canvas = el('div', {});
  const spec = { description: label, ...make(chart.width) };
  const made = await vegaEmbed(canvas, spec, {
    mode: 'vega-lite',
    ast: true,
    actions: false,
    defaultStyle: false,
    renderer: 'svg',
    config: chartConfig(),
    tooltip: showTip,
    logLevel: 1,
  });
  if (chart.turn !== turn) {
    made.finalize();
    return;
  }
  if (chart.view) chart.view.finalize();
  chart.view = made;
  chart.holder.replaceChildren(canvas);
}

function forgetCharts(parent) {
  charts.forEach((chart) => {
    if (!parent.contains(chart.holder)) return;
    if (chart.view) chart.view.finalize();
    charts.delete(chart);
  });
  parent.replaceChildren();
}

function redrawCharts(onlyResized) {
  charts.forEach((chart) => {
    const width = chart.holder.clientWidth;
    if (width && (!onlyResized || Math.abs(width - chart.width) > 4)) chart.draw();
  });
}

let waiting = 0;
addEventListener('resize', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => redrawCharts(true), 150);
});

function showTip(_, event, item, value) {
  const tip = document.getElementById('tip');
  tip.hidden = value === null || value === undefined || value === '';
  if (tip.hidden) return;
  const lines =
    typeof value === 'object' ? Object.entries(value).map(([key, one]) => `${key}: ${one}`) : [value];
  tip.replaceChildren(...lines.map((line) => told(String(line), null, 'div')));
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(4, Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8))}px`;
}

// Colour and shape scales for some names.
function looks(names, colours, shapes) {
  return {
    color: { field: 'who', type: 'nominal', legend: null, scale: { domain: names, range: colours } },
    shape: { field: 'who', type: 'nominal', legend: null, scale: { domain: names, range: shapes } },
  };
}
