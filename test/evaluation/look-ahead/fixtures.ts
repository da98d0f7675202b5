import type { TestContext } from 'node:test';
import type { MarketBars } from '../../../contracts/candles.ts';
import { AS_LABELLED } from '../../../contracts/policy.ts';
import { TIMEFRAME_MS } from '../../../contracts/series.ts';
import { auditLookAhead, type LookAheadOptions } from '../../../evaluation/look-ahead/audit-look-ahead.ts';
import type { ChainSpec } from '../../../evaluation/look-ahead/chain.ts';
import type { LookAheadReport } from '../../../evaluation/look-ahead/report.ts';
import { CATALOG } from '../../../features/catalog/index.ts';
import type { FeatureDefinition } from '../../../features/definition.ts';
import { schemaHash } from '../../../features/schema.ts';
import type { AnsweringModel } from '../../../inference/answer-bars.ts';
import { openSession } from '../../../models/onnx/session.ts';
import { decide } from '../../../strategy/decide.ts';
import { metaOf } from '../../inference/fixtures.ts';
import { modelOfClasses, stump, treeModelFile } from '../../models/fixtures.ts';
import { goldenCandles } from '../../support/candles.ts';

export const BARS: MarketBars = goldenCandles();
export const HOUR = TIMEFRAME_MS['1h'];

/** A model of trees that goes LONG or SHORT by its last feature, beside two of the catalog. */
export async function modelWith(
  t: TestContext,
  last: FeatureDefinition,
  threshold: number,
): Promise<AnsweringModel> {
  const features = [CATALOG.find('rsi_14'), CATALOG.find('roc_10'), last];
  const featureNames = features.map(({ name }) => name);
  const meta = { ...metaOf('audited', { featureNames, schemaHash: schemaHash(features) }) };
  const leaves = [Float64Array.of(1, -1), Float64Array.of(0, 0), Float64Array.of(-1, 1)];
  const trees = leaves.map(leafValue => stump(2, threshold, { leafValue }));
  const session = await openSession(
    treeModelFile(modelOfClasses(3, trees), {
      featureNames,
      steps: 1,
      task: meta.task,
      classes: meta.classes,
      schemaHash: meta.schemaHash,
      packageId: meta.packageId,
    }),
  );
  t.after(() => session.dispose());
  return { meta, session, features };
}

/** Audits a chain on golden bars; what is not given is sound. */
export async function audit(
  changes: Partial<ChainSpec> & { readonly model: AnsweringModel | null },
  options: Partial<LookAheadOptions> = {},
  leader: MarketBars | null = null,
): Promise<LookAheadReport> {
  const { recipe } = metaOf('audited');
  const spec: ChainSpec = {
    symbol: 'BTCUSD',
    kind: 'swap',
    labels: recipe.labels,
    rules: null,
    policy: AS_LABELLED,
    costs: recipe.costs,
    initialCash: 10_000,
    startDecide: async () => decide,
    ...changes,
  };
  const history = { bars: BARS, leader, barMs: HOUR };
  return await auditLookAhead(spec, history, { cuts: 6, seed: 3, askedBars: 400, ...options });
}
