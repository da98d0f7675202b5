import assert from 'node:assert/strict';
import test from 'node:test';
import { costsSchema } from '../../../contracts/costs.ts';
import { parsePolicy } from '../../../contracts/policy.ts';
import { renderBacktestReport } from '../../../evaluation/report/backtest-report.ts';
import { summaryOf } from '../../../evaluation/report/summary.ts';
import { accountOf, barsOf, marketOf, setupOf } from '../performance/account.ts';
import { followedTrend, otherBars, played, sampleBars, untraded } from './played.ts';

const bars = await sampleBars(2_000);
const trend = followedTrend(['BTCUSD', bars]);
const report = renderBacktestReport(trend);

/** Text as a reader meets it, without markup and styles. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ');
}

test('the report holds every section, and no number that is none', () => {
  for (const title of [
    'Equity',
    'Trades on the price',
    'Months',
    'Trades',
    'Costs',
    'Benchmarks',
    'Monte Carlo',
    'What was assumed',
  ])
    assert.match(report, new RegExp(`<h2>${title}</h2>`));
  assert.doesNotMatch(report, /NaN|Infinity|undefined|\[object/);
});

test('the same backtest gives the same bytes, and nothing points outside', () => {
  assert.equal(renderBacktestReport(followedTrend(['BTCUSD', bars])), report);
  assert.doesNotMatch(report.replaceAll('http://www.w3.org/2000/svg', ''), /https?:|src=|@import|url\((?!#)/);
});

test('every trade of the last ones is a mark that says what it was', () => {
  const stories = report.match(/<title>LONG [^<]*after costs/g) ?? [];
  assert.ok(trend.result.trades.length > 40);
  // Entry and exit, in the wide and in the narrow drawing.
  assert.equal(stories.length, 4 * 24);
});

test('a range that training saw is marked at the top, in the figures, and in every time line of it', () => {
  const inSample = {
    seenBars: 500,
    bars: 2_000,
    throughTime: bars.openTime[499],
    warning: 'v7 was trained on bars through 2019-08-15.',
  };
  const page = renderBacktestReport({ ...trend, document: { ...trend.document, inSample } });
  const text = textOf(page);
  assert.match(text, /Backtest · IN-SAMPLE/);
  assert.match(
    text,
    /v7 was trained on bars through 2019-08-15\. 25\.0 % of the played bars \(500 of 2,000\) were seen/,
  );
  assert.match(text, /In-sample return/);
  assert.ok((page.match(/IN-SAMPLE: seen in training/g) ?? []).length >= 4);
  assert.doesNotMatch(textOf(report), /in-sample/i);
});

test('generated bars are called so', () => {
  const [market] = trend.document.markets;
  const document = { ...trend.document, markets: [{ ...market, synthetic: true }] };
  assert.match(textOf(renderBacktestReport({ ...trend, document })), /Generated bars\. They were drawn/);
});

test('a backtest without trades, and one without bars, say so', () => {
  const quiet = untraded();
  assert.match(textOf(renderBacktestReport(quiet)), /Nothing was traded from 2019-01-01 to 2019-01-01/);
  const nothing = new Float64Array();
  const result = { ...quiet.result, time: nothing, equity: nothing, cash: nothing, grossExposure: nothing };
  const empty = renderBacktestReport(played(quiet.setup, result));
  assert.match(textOf(empty), /No bar of the range was there/);
  assert.doesNotMatch(empty, /NaN|Infinity|undefined/);
});

test('a ruined account has a report', () => {
  const setup = setupOf([marketOf(barsOf([100, 100, 250, 240, 100, 90]))]);
  const page = renderBacktestReport(played(setup, accountOf(setup, [{ from: 1, to: 2, side: 'SHORT' }])));
  assert.match(textOf(page), /−100\.0 % after costs/);
  assert.doesNotMatch(page, /NaN|Infinity|undefined/);
});

test('several symbols share one report: each with its price, its signals and its line of figures', async () => {
  const both = followedTrend(['BTCUSD', bars], ['ETHUSD', await otherBars(bars)]);
  const text = textOf(renderBacktestReport(both));
  assert.match(text, /BTCUSD, ETHUSD 1h · half/);
  assert.match(text, /BTCUSD, ETHUSD: on spot, the venue’s steps/);
  for (const symbol of ['BTCUSD', 'ETHUSD']) {
    assert.match(text, new RegExp(`${symbol}, close`));
    assert.match(text, new RegExp(`Symbol ${symbol} `));
    assert.match(text, new RegExp(`coinbase:${symbol}/1h v7 core15-barrier, trained through`));
  }
});

test('a strategy of one’s own is named with its hash, with and without predictions', () => {
  const [market] = trend.document.markets;
  const strategy = { file: 'pullback.ts', sha256: `abc${'0'.repeat(61)}`, audit: { cuts: 20, repeated: 40 } };
  const told = (model: typeof market.model) =>
    textOf(
      renderBacktestReport({
        ...trend,
        document: { ...trend.document, strategy, markets: [{ ...market, model }] },
      }),
    );
  assert.match(told(null), /coinbase:BTCUSD\/1h strategy pullback\.ts \(abc000000000\) 2,000/);
  assert.match(told(market.model), /strategy pullback\.ts \(abc000000000\) with v7 core15-barrier, trained/);
  assert.match(told(null), /^\s*BTCUSD 1h · pullback\.ts/);
  assert.match(
    told(null),
    /Strategy pullback\.ts .*of which these bind: all positions together at most 1\.00 times/,
  );
  assert.doesNotMatch(told(null), /Enters at market|Stop: |Target: |Time limit: /);
});

test('names that hold markup stay text', () => {
  const document = { ...trend.document, notes: ['<script>alert(1)</script>'], quote: '<b>USD' };
  const page = renderBacktestReport({ ...trend, document });
  assert.doesNotMatch(page, /<script>alert|<b>USD/);
  assert.match(page, /&lt;script&gt;alert/);
});

test('the summary says what was made, what costs took, and whether chance explains it', () => {
  const [money, trades] = summaryOf(trend).map(text => text.replaceAll('\u00a0', ' '));
  assert.match(
    money,
    /^10,000\.00 USD became [\d,.]+ USD from 2019-07-26 to 2019-10-17: [+−][\d.]+ % after costs/,
  );
  assert.match(trades, /^It held a position \d+ % of the time in \d+ trades, of which \d+ % gained\. /);
  assert.match(trades, /chance explains that\.|chance alone seldom does that\./);
});

test('what training has seen is no evidence of timing', () => {
  const { randomEntries } = trend.performance;
  const told = (pValue: number, change: Partial<typeof trend.document> = {}, totalReturn = 0.1) =>
    summaryOf({
      ...trend,
      document: { ...trend.document, ...change },
      performance: {
        ...trend.performance,
        account: { ...trend.performance.account, totalReturn },
        randomEntries: { ...randomEntries!, pValue },
      },
    })[1];
  assert.match(told(0.001), /chance alone seldom does that\.$/);
  assert.match(told(0.001, {}, -0.99), /chance alone seldom does that, and still it lost\.$/);
  assert.match(told(0.5), /chance explains that\.$/);
  assert.match(told(0.999), /chance seldom does that badly\.$/);
  const inSample = { seenBars: 1, bars: 2, throughTime: 0, warning: '' };
  assert.match(told(0.001, { inSample }), /no wonder on bars that training has seen\.$/);
});

test('policy, costs, refused orders and unknown rules are told in words', () => {
  const policy = parsePolicy(
    {
      name: 'ladder',
      entry: { order: 'limit', offsetBps: 5, validBars: 3 },
      sizing: { kind: 'fraction', fraction: 0.5 },
      exits: {
        stop: { kind: 'atr', multiple: 2 },
        target: { kind: 'percent', percent: 4 },
        targetShares: { tp1: 0.5, tp2: 0.25, tp3: 0.25 },
        trailing: { distanceAtr: 3, afterAtr: 1 },
        maxBars: 48,
      },
      onOpposite: 'reverse',
      maxVolumeShare: 0.1,
    },
    'test',
  );
  const costs = costsSchema.parse({ makerFeeBps: 2, impactBps: 50, feeCurrency: 'received' });
  const document = { ...trend.document, policy, costs };
  const performance = { ...trend.performance, refused: { tooSmall: 3, noFunds: 0, lapsed: 12, noLevels: 0 } };
  const text = textOf(renderBacktestReport({ ...trend, document, performance }));
  for (const sentence of [
    'Enters by a limit order 5.0 bp from the last close, good for 3 bars.',
    'Puts 50 % of the equity into a position',
    'Stop: at 2 ATR.',
    'Target: at 4 % (50 % leaves at tp1, 25 % leaves at tp2, 25 % leaves at tp3).',
    'A trailing stop follows the best price at 3 ATR, once it was 1 ATR in favour.',
    'Time limit: 48 bars after the signal.',
    'An opposite signal closes the position and opens the other.',
    'An order takes at most 10.0 % of a bar’s volume.',
    'Resting orders (limit entries, targets): 2 bp fee.',
    'Impact: 50 bp × √(quantity / volume of the bar) on top.',
    'Fees are taken from what an order receives.',
    'nothing is rounded or refused for being small',
    'Orders that came to nothing: 3 too small for the venue, 12 limit orders that were not reached.',
  ])
    assert.ok(text.includes(sentence), sentence);
});
