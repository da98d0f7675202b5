import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { sliceBars } from '../../contracts/candles.ts';
import { computeFeatures } from '../../features/batch.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { FeatureEngine } from '../../features/engine.ts';
import { loadCatalog } from '../../features/own-features.ts';
import { schemaHash } from '../../features/schema.ts';
import { goldenCandles } from '../support/candles.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { mean, ownColumn, rows } from './leaks.ts';

const bars = goldenCandles();

const MOMENTUM = `
import type { OwnFeature } from 'alphaloom';
interface Bars { readonly close: Float64Array }
export default [
  {
    name: 'momentum_5', lookBack: 5, unit: 'share', source: 'close / close of 5 bars ago − 1',
    kernel: {
      column: ({ close }: Bars) => close.map((price, i) => (i < 5 ? NaN : price / close[i - 5] - 1)),
    },
  },
  {
    name: 'bars_up', lookBack: 100, unit: 'bars', source: 'rises in a row, at most 100', inputs: ['close'],
    parameters: { most: 100 }, version: 2,
    kernel: {
      start({ most }: { most: number }) {
        let before = NaN;
        let up = 0;
        return {
          advance({ close }: Bars, { value }: { value: Float64Array }) {
            for (let i = 0; i < close.length; i++) {
              up = close[i] > before ? Math.min(most, up + 1) : 0;
              before = close[i];
              value[i] = up;
            }
          },
        };
      },
    },
  },
];
`;

test('a file’s features stand in the catalog beside the built-in ones', async t => {
  const catalog = await loadCatalog([await featureFile(t, MOMENTUM)]);
  assert.equal(catalog.definitions.length, CATALOG.definitions.length + 2);
  const { family, lookBack, version, contentHash } = catalog.find('bars_up');
  assert.deepEqual([family, lookBack, version], ['own', 100, 2]);
  assert.match(contentHash!, /^[0-9a-f]{64}$/);
  const { columns } = computeFeatures(bars, ['momentum_5', 'bars_up'].map(catalog.find), '1h', 'float64');
  const expected = rows(bars.close.length, i => (i < 5 ? Number.NaN : bars.close[i] / bars.close[i - 5] - 1));
  assert.deepEqual(columns.get('momentum_5'), expected);
  const [closes, up] = [bars.close, columns.get('bars_up')!];
  const row = up.indexOf(4);
  assert.ok(
    closes[row] > closes[row - 1] && closes[row - 3] > closes[row - 4] && closes[row - 4] <= closes[row - 5],
  );
});

test('`features` may be exported in place of a default, by a plain .js file too', async t => {
  const file = await featureFile(
    t,
    `export const features = [{ name: 'hour', lookBack: 0, unit: 'hours', source: 'UTC', inputs: ['openTime'],
      kernel: { column: ({ openTime }) => openTime.map(time => new Date(time).getUTCHours()) } }];`,
    'mine.js',
  );
  assert.ok((await loadCatalog([file])).has('hour'));
});

test('a whole-column formula gives the same bits however the bars are cut', () => {
  const definition = ownColumn(({ close }) => rows(close.length, i => close[i] / mean(close, i - 20, i)));
  const whole = computeFeatures(bars, [definition], '1h', 'float64').columns.get('mine')!;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), sizes => {
      const out = [new Float64Array(bars.close.length)];
      const engine = new FeatureEngine([definition], 3_600_000);
      let from = 0;
      for (let piece = 0; from < bars.close.length; piece++) {
        const to = Math.min(bars.close.length, from + sizes[piece % sizes.length]);
        engine.advance(sliceBars(bars, from, to), out, from);
        from = to;
      }
      assert.deepEqual(out[0], whole);
    }),
    { numRuns: 20 },
  );
});

test('a formula is given its inputs alone, whatever the other features need', async t => {
  const entry = (inputs: string) =>
    `export default [{ name: 'mine', lookBack: 0, unit: 'u', source: 's', ${inputs}
      kernel: { start: () => ({ advance(bars, { value }) { value.fill(Object.keys(bars).length); } }) } }];`;
  const count = async (inputs: string) => {
    const { find } = await loadCatalog([await featureFile(t, entry(inputs), 'mine.js')]);
    const { columns } = computeFeatures(bars, [find('mine'), find('volatility_20')], '1h', 'float64');
    return columns.get('mine')![0];
  };
  assert.equal(await count(''), 6);
  assert.equal(await count(`inputs: ['close', 'logReturn'],`), 2);
});

test('rows that a formula does not write are missing, and infinities too', async t => {
  const file = await featureFile(
    t,
    `export default [{ name: 'mine', lookBack: 0, unit: 'u', source: 's',
      kernel: { start: () => ({ advance({ close }, { value }) { for (let i = 0; i < close.length; i += 2) value[i] = i % 4 ? Infinity : 1; } }) } }];`,
    'mine.js',
  );
  const { find } = await loadCatalog([file]);
  const values = computeFeatures(sliceBars(bars, 0, 6), [find('mine')], '1h', 'float32').columns.get('mine');
  assert.deepEqual([...values!], [1, NaN, NaN, NaN, 1, NaN]);
});

test('the content is part of the schema hash, and a changed file is loaded anew', async t => {
  const file = await featureFile(t, MOMENTUM);
  const load = async () => schemaHash([(await loadCatalog([file])).find('momentum_5')]);
  const before = await load();
  assert.equal(await load(), before);
  await writeFile(file, MOMENTUM.replace('/ close[i - 5] - 1', '/ close[i - 5]'));
  const changed = await loadCatalog([file]);
  assert.notEqual(schemaHash([changed.find('momentum_5')]), before);
  const { columns } = computeFeatures(bars, [changed.find('momentum_5')], '1h', 'float64');
  assert.equal(columns.get('momentum_5')![5], bars.close[5] / bars.close[0]);
  await writeFile(file, MOMENTUM);
  assert.equal(await load(), before);
});

const ENTRY = `{ name: 'mine', lookBack: 3, unit: 'u', source: 's', kernel: { column: b => b.close } }`;
const entry = (change: string) => `export default [{ ...${ENTRY}, ${change} }];`;

/** What a file says, and what its refusal must name. */
const INVALID: readonly (readonly [what: string, source: string, says: RegExp])[] = [
  ['no list', 'export default { name: 1 };', /expected a list of features/],
  ['no export at all', 'const a = 1;', /expected a list of features.*undefined/],
  ['an empty list', 'export default [];', /expected a list/],
  ['something that is no entry', 'export default [3];', /feature number 1.*got 3/],
  ['a name with capitals', entry(`name: 'Mine'`), /"Mine".*lower-case/],
  ['the name of a dataset’s column', entry(`name: 'label'`), /column of that name/],
  ['a built-in name', entry(`name: 'rsi_14'`), /rsi_14.*built-in/],
  ['a name twice', `const e = ${ENTRY}; export default [e, e];`, /feature mine: it is there twice/],
  ['a look-back of part of a bar', entry('lookBack: 1.5'), /lookBack.*1\.5/],
  ['a negative look-back', entry('lookBack: -1'), /lookBack/],
  ['a look-back beyond all bounds', entry('lookBack: 1e9'), /lookBack.*100000/],
  ['a big number as look-back', entry('lookBack: 10n'), /lookBack/],
  ['no unit', entry(`unit: undefined`), /unit/],
  ['an unknown key', entry(`lookback: 3`), /lookback.*allowed: name, lookBack/],
  ['an unknown input', entry(`inputs: ['closing']`), /inputs\.0/],
  ['parameters that are no numbers', entry(`parameters: { period: '14' }`), /parameters\.period/],
  ['a bare function as kernel', entry('kernel: () => 1'), /kernel: expected \{ start/],
  ['two formulas in one kernel', entry('kernel: { start() {}, column() {} }'), /kernel/],
  ['a start that gives nothing', entry('kernel: { start() {} }'), /mine.*advance/],
  ['a formula that answers later', entry('kernel: { start: () => ({ async advance() {} }) }'), /promise/],
  ['a column that answers later', entry('kernel: { async column(b) { return b.close; } }'), /a promise came/],
  [
    'a column that is too short',
    entry('kernel: { column: b => b.close.slice(1) }'),
    /64 bars; 63 values came/,
  ],
  ['a column of texts', entry(`kernel: { column: b => [...b.close].map(String) }`), /row 0 is a text/],
  ['a column with holes', entry('kernel: { column: b => new Array(b.close.length) }'), /row 0 is undefined/],
  [
    'a formula that throws',
    entry(`kernel: { column() { throw new Error('no luck'); } }`),
    /formula failed: no luck/,
  ],
  [
    'a formula that reads what it did not name',
    entry(`inputs: ['open'], kernel: { column: b => b.close.slice() }`),
    /formula failed/,
  ],
  [
    'another file that it needs',
    `import { a } from './other.js';\n${entry('')}`,
    /imports \.\/other\.js.*stands alone/,
  ],
  ['a library that it needs', `import { z } from 'zod';\n${entry('')}`, /imports zod/],
  ['a fault of spelling', 'export default [', /can’t be loaded/],
  ['an error at its top', `throw new Error('top');`, /top/],
];

for (const [what, source, says] of INVALID) {
  test(`refused: ${what}`, async t => {
    const file = await featureFile(t, source, 'mine.js');
    await assert.rejects(loadCatalog([file]), (error: Error & { code: string }) => {
      assert.equal(error.code, 'FEATURE_INVALID');
      assert.ok(error.message.startsWith(file), error.message);
      assert.match(error.message, says);
      return true;
    });
  });
}

test('refused: a file that is not there, a folder, another kind of file, one of megabytes', async t => {
  const file = await featureFile(t, MOMENTUM);
  const refusal = (path: string, message: RegExp) =>
    assert.rejects(loadCatalog([path]), { code: 'FEATURE_INVALID', message });
  await refusal(`${file}/mine.ts`, /not there/);
  await rm(file);
  await refusal(file, /not there/);
  await refusal(await featureFile(t, '{}', 'mine.json'), /ends in \.ts/);
  await refusal(await featureFile(t, `//${'x'.repeat(1_000_001)}`), /1000003 bytes/);
});

test('refused: the same name in two files', async t => {
  const files = [await featureFile(t, MOMENTUM), await featureFile(t, `${MOMENTUM}\n`)];
  await assert.rejects(loadCatalog(files), { code: 'FEATURE_INVALID', message: /momentum_5/ });
});

async function featureFile(t: TestContext, source: string, name = 'mine.ts'): Promise<string> {
  const file = join(await temporaryHome(t), name);
  await writeFile(file, source);
  return file;
}
