import { z } from 'zod';

const share = z.number().min(0).max(1);
const bars = z.int().min(0);
const hours = z.number().min(0);
const logReturn = z.number().positive();

/** Runs (gaps, no volume, a frozen feed) break their rule when they are longer than both limits: bars and hours. */
const limits = {
  maxMissingShare: share.describe('Missing bars among those expected between the first and the last.'),
  maxGapBars: bars.describe('Longest run of missing bars.'),
  maxGapHours: hours,
  maxZeroVolumeShare: share.describe('Bars in which nothing was traded.'),
  maxZeroVolumeBars: bars.describe('Longest run of such bars.'),
  maxZeroVolumeHours: hours,
  maxStaleBars: bars.describe('Longest run of bars that repeat the one before them.'),
  maxStaleHours: hours,
  maxJumpLogReturn: logReturn.describe('Largest |log return| from one close to the next, either way.'),
  spikeDeviations: z
    .number()
    .positive()
    .describe('Robust deviations from which a return counts as a jump, and may be a spike.'),
  spikeLogReturn: logReturn.describe('|log return| from which a jump may be a spike.'),
  maxSpikes: bars.describe('Jumps that were taken back at once amid calm bars: faults of the feed.'),
  wickLogReturn: logReturn.describe('Log distance from body to high or low from which a wick counts.'),
  maxWickShare: share.describe('Bars with such a wick.'),
  maxAgeBars: bars.nullable().describe('Bars since the last one closed; null: history may be old.'),
};

/** Thresholds of a series' quality; the defaults pass what real venues recorded. */
export const qualitySchema = z.strictObject({
  maxMissingShare: limits.maxMissingShare.default(0.02),
  maxGapBars: limits.maxGapBars.default(3),
  maxGapHours: limits.maxGapHours.default(48),
  maxZeroVolumeShare: limits.maxZeroVolumeShare.default(0.5),
  maxZeroVolumeBars: limits.maxZeroVolumeBars.default(24),
  maxZeroVolumeHours: limits.maxZeroVolumeHours.default(1),
  maxStaleBars: limits.maxStaleBars.default(24),
  maxStaleHours: limits.maxStaleHours.default(0.5),
  maxJumpLogReturn: limits.maxJumpLogReturn.default(1.5),
  spikeDeviations: limits.spikeDeviations.default(12),
  spikeLogReturn: limits.spikeLogReturn.default(0.03),
  maxSpikes: limits.maxSpikes.default(0),
  wickLogReturn: limits.wickLogReturn.default(0.7),
  maxWickShare: limits.maxWickShare.default(0.0001),
  maxAgeBars: limits.maxAgeBars.default(null),
  symbols: z
    .record(z.string().regex(/^[A-Z0-9]{2,40}$/, 'a symbol, e.g. BTCUSDT'), z.strictObject(limits).partial())
    .default({})
    .describe('Other thresholds for single symbols, e.g. BTCUSDT: {maxSpikes: 2}.'),
});

export type QualitySpec = z.infer<typeof qualitySchema>;
export type QualityThresholds = Omit<QualitySpec, 'symbols'>;

/** The thresholds that hold for a symbol. @param spec undefined in recipes of earlier versions: the defaults */
export function thresholdsFor(spec: QualitySpec | undefined, symbol: string): QualityThresholds {
  const { symbols, ...thresholds } = spec ?? qualitySchema.parse({});
  return { ...thresholds, ...symbols[symbol] };
}

export const QUALITY_RULES = [
  'order',
  'missing',
  'gap',
  'zero-volume',
  'zero-volume-run',
  'stale-run',
  'jump',
  'spikes',
  'wicks',
  'age',
] as const;
export type QualityRuleName = (typeof QUALITY_RULES)[number];

/** Open times of the first and the last bar, epoch ms. */
export interface Stretch {
  readonly fromTime: number;
  readonly toTime: number;
}

export interface QualityRuleResult {
  readonly rule: QualityRuleName;
  readonly value: number;
  /** The largest value that is allowed. */
  readonly threshold: number;
  readonly ok: boolean;
  /** The worst places, at most 20. */
  readonly where: readonly Stretch[];
}

export interface BarRun extends Stretch {
  readonly bars: number;
}

export interface PriceJump {
  readonly openTime: number;
  readonly logReturn: number;
  /** The return's size in robust deviations of the returns before it. */
  readonly deviations: number;
  /** Taken back within three bars, amid bars that hardly moved. */
  readonly isSpike: boolean;
}

/** What looking at every bar of a series says of its data. Lists hold at most the 20 longest or largest. */
export interface QualityReport {
  readonly bars: number;
  /** Bars of a series without gaps from the first to the last. */
  readonly expectedBars: number;
  readonly missingBars: number;
  readonly missingShare: number;
  readonly gaps: number;
  readonly longestGaps: readonly BarRun[];
  readonly zeroVolumeBars: number;
  readonly zeroVolumeShare: number;
  readonly longestZeroVolumeRun: BarRun | null;
  readonly longestStaleRun: BarRun | null;
  /** Returns beyond the robust deviations, crashes and spikes alike. */
  readonly jumps: number;
  readonly largestJumps: readonly PriceJump[];
  readonly spikes: number;
  readonly wicks: number;
  readonly lastTime: number;
  /** Bars that could have closed since the last one did; null where nobody asked. */
  readonly ageBars: number | null;
  readonly rules: readonly QualityRuleResult[];
  readonly ok: boolean;
}
