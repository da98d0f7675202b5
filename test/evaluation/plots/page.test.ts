import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { areaY, dot, lineY } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { chart, drawing } from '../../../evaluation/plots/chart.ts';
import { html } from '../../../evaluation/plots/markup.ts';
import { page } from '../../../evaluation/plots/page.ts';
import { dataTable, figure, keyFigures, notice, pair } from '../../../evaluation/plots/parts.ts';
import { INK, MEANING } from '../../../evaluation/plots/theme.ts';

const HOSTILE = `</title><script>alert("x")</script><img src=https://example.com onerror='y'> & \u0000`;
const LINE = Array.from({ length: 50 }, (_, x) => ({ x, y: Math.sin(x) }));

function clipped() {
  return {
    height: 100,
    marks: [
      areaY(LINE, { x: 'x', y: 'y', fill: MEANING.model, clip: true }),
      lineY(LINE, { x: 'x', y: 'y', stroke: INK.ink }),
    ],
  };
}

function pageOf(text: string): string {
  const drawn = chart({ label: text, size: 'whole', draw: clipped });
  const half = chart({
    label: text,
    size: 'half',
    draw: () => ({ height: 80, marks: [dot([{ x: 1, y: 1 }], { x: 'x', y: 'y', title: () => text })] }),
  });
  const shown = (of: typeof drawn) =>
    figure({
      title: text,
      caption: text,
      legend: [{ label: text, colour: MEANING.model, shape: 'line' }],
      chart: of,
    });
  return page({
    kind: text,
    title: text,
    lead: [
      html`<p>${text}</p>`,
      notice('alarm', text),
      keyFigures([{ label: text, value: text, note: text }]),
    ],
    sections: [
      { title: text, content: shown(drawn) },
      { title: 'Halves', content: pair(shown(half), shown(half)) },
      { title: 'Table', content: dataTable(text, [{ title: text, kind: 'text' }], [[text], [null], [3]]) },
    ],
    footer: text,
  });
}

test('whatever a text says, it stays a text', () => {
  const { document } = parseHTML(pageOf(HOSTILE));
  assert.equal(document.querySelectorAll('script').length, 1);
  assert.equal(document.querySelectorAll('img, [onerror]').length, 0);
  const visible = HOSTILE.replace('\u0000', '\ufffd');
  for (const place of ['title', 'h1', '.lead p', 'h3', 'figcaption', 'td', 'footer', 'circle title'])
    assert.equal(document.querySelector(place)!.textContent, visible, place);
  assert.equal(document.querySelector('.chart svg')!.getAttribute('aria-label'), visible);
});

test('a page loads nothing, and its policy lets no more than its own script run', () => {
  const { document } = parseHTML(pageOf('a text'));
  const policy = document
    .querySelector('meta[http-equiv="Content-Security-Policy"]')!
    .getAttribute('content')!;
  assert.match(policy, /^default-src 'none';/);
  const script = document.querySelector('script')!.textContent!;
  assert.ok(policy.includes(`'sha256-${createHash('sha256').update(script).digest('base64')}'`));
  const loaded = [...document.querySelectorAll('[src], [href]')].map(
    element => element.getAttribute('src') ?? element.getAttribute('href')!,
  );
  assert.ok(loaded.every(target => target.startsWith('#') || target === 'data:,'));
  assert.doesNotMatch(document.querySelector('style')!.textContent!, /@import|url\((?!#)/);
});

test('every colour has a value in both themes, by the system’s wish and by the button', () => {
  const style = parseHTML(pageOf('a text')).document.querySelector('style')!.textContent!;
  for (const variable of new Set(pageOf('a text').match(/var\(--[a-zA-Z]+\)/g))) {
    const name = variable.slice(4, -1);
    assert.equal(style.split(`${name}: #`).length - 1, 3, name);
  }
});

test('a whole chart is drawn wide and narrow, a half one narrow', () => {
  const { document } = parseHTML(pageOf('a text'));
  assert.equal(document.querySelectorAll('.chart.whole svg.wide').length, 1);
  assert.equal(document.querySelectorAll('.chart.whole svg.narrow').length, 1);
  assert.equal(document.querySelectorAll('.chart.half svg').length, 2);
});

test('the same page has the same bytes, however much was drawn before it', () => {
  assert.equal(pageOf('a text'), pageOf('a text'));
});

test('parts that a drawing refers to are its own', () => {
  const svg = drawing('a', clipped(), 380);
  const [, id] = /<clipPath id="([^"]+)"/.exec(svg)!;
  assert.ok(svg.includes(`clip-path="url(#${id})"`));
  assert.notEqual(id, /<clipPath id="([^"]+)"/.exec(drawing('a', clipped(), 900))![1]);
});

test('coordinates have two decimals at most', () => {
  for (const [, value] of drawing('a', clipped(), 380).matchAll(/ (?:d|transform|x1|y1)="([^"]*)"/g))
    assert.doesNotMatch(value!, /\.\d{3}|\de-|NaN|Infinity/);
});
