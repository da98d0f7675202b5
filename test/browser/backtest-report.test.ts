import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { renderBacktestReport } from '../../evaluation/report/backtest-report.ts';
import { followedTrend, sampleBars } from '../evaluation/report/played.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { Chromium, type View, withoutChromium } from './chromium.ts';

const options = { skip: withoutChromium, timeout: 120_000 };
const VIEWS: readonly View[] = [
  { width: 1_200, theme: 'light' },
  { width: 1_200, theme: 'dark' },
  { width: 390, theme: 'light' },
  { width: 390, theme: 'dark' },
];

/** What a reader sees of the charts: those with a size, their colours, and whether they stay within the page. */
interface Seen {
  readonly charts: number;
  readonly labels: readonly string[];
  readonly tooWide: number;
  readonly paper: string;
  readonly line: string;
}

const LOOK = `(() => {
  const shown = [...document.querySelectorAll('svg.plot')].filter(svg => svg.getBoundingClientRect().width > 0);
  const line = document.querySelector('svg.plot [stroke="var(--blue)"]');
  return {
    charts: shown.length,
    labels: shown.map(svg => svg.getAttribute('aria-label')),
    tooWide: shown.filter(svg => svg.getBoundingClientRect().right > innerWidth + 1).length,
    paper: getComputedStyle(document.body).backgroundColor,
    line: getComputedStyle(line).stroke,
  };
})()`;

test('a report reads on a screen and on a phone, in light and in dark', options, async t => {
  const path = join(await temporaryHome(t), 'report.html');
  await writeFile(path, renderBacktestReport(followedTrend(['BTCUSD', await sampleBars(4_000)])));
  const chromium = await Chromium.launch(t);
  const looks = new Map<View, Seen>();
  for (const view of VIEWS) {
    const page = await chromium.open(path, view);
    const seen = await page.evaluate<Seen>(LOOK);
    looks.set(view, seen);
    const name = `${view.width} px, ${view.theme}`;
    assert.ok(
      (await page.evaluate<number>('document.documentElement.scrollWidth')) <= view.width,
      `${name}: the page scrolls sideways`,
    );
    assert.equal(seen.tooWide, 0, `${name}: a chart leaves the page`);
    assert.deepEqual(page.complaints, [], name);
    assert.deepEqual(
      page.requests.filter(url => !url.startsWith('file:') && !url.startsWith('data:')),
      [],
      `${name}: something was asked of the network`,
    );
  }
  const [light, dark, phone, darkPhone] = VIEWS.map(view => looks.get(view)!);
  // Equity, drawdown, two of the price, two of trades, costs, random entries, and three of Monte Carlo.
  assert.equal(light.charts, 11);
  for (const other of [dark, phone, darkPhone]) assert.deepEqual(other.labels, light.labels);
  assert.notEqual(light.paper, dark.paper);
  assert.notEqual(light.line, dark.line);
  assert.equal(dark.line, darkPhone.line);
});

test('the button turns the theme over, whatever the system says', options, async t => {
  const path = join(await temporaryHome(t), 'report.html');
  await writeFile(path, renderBacktestReport(followedTrend(['BTCUSD', await sampleBars(1_000)])));
  const chromium = await Chromium.launch(t);
  const page = await chromium.open(path, { width: 1_200, theme: 'dark' });
  const before = await page.evaluate<Seen>(LOOK);
  await page.evaluate('document.getElementById("theme").click()');
  const after = await page.evaluate<Seen>(LOOK);
  assert.equal(before.paper, 'rgb(15, 20, 25)');
  assert.equal(after.paper, 'rgb(255, 255, 255)');
  assert.notEqual(before.line, after.line);
});

test('a trade is read by pointing at its mark', options, async t => {
  const path = join(await temporaryHome(t), 'report.html');
  await writeFile(path, renderBacktestReport(followedTrend(['BTCUSD', await sampleBars(1_000)])));
  const chromium = await Chromium.launch(t);
  const page = await chromium.open(path, { width: 1_200, theme: 'light' });
  const story = await page.evaluate<string>(`(() => {
    const mark = [...document.querySelectorAll('svg.wide title')].find(title => title.textContent.startsWith('LONG')).parentElement;
    mark.scrollIntoView({ behavior: 'instant', block: 'center' });
    const { left, top, width, height } = mark.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit.querySelector('title')?.textContent ?? hit.tagName;
  })()`);
  assert.match(story, /^LONG [+−][\d.]+\s% after costs\nin \d{4}-/);
});
