import { z } from 'zod';
import { ACCOUNT_NAME, accountConfigSchema } from './account-config.ts';
import { AlphaloomError } from './errors.ts';
import { notificationSettings } from './notification-settings.ts';
import { parseSeriesId, seriesId, TIMEFRAMES } from './series.ts';
import { isVenueHost } from './venue-host.ts';

const port = z.int().min(1).max(65_535);
const venueName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a venue name: lower-case letters, digits and dashes');
/** In the one form in which series are looked up: a typo would match none, in silence. */
const canonicalSeries = z
  .string()
  .regex(new RegExp(`^[a-z0-9][a-z0-9-]{0,39}:[A-Z0-9]{2,40}/(${TIMEFRAMES.join('|')})$`), {
    error: ({ input }) => `a series: ${seriesMistake(String(input))}`,
  });
const promotionMode = z.enum(['auto', 'manual']);

/** Markets whose kind is known without being told; a configuration adds to them or overrides them. */
export const KNOWN_VENUES = {
  binance: { kind: 'spot' },
  'binance-usdm': { kind: 'swap' },
  bitfinex: { kind: 'spot' },
  coinbase: { kind: 'spot' },
  kraken: { kind: 'spot' },
} as const;

/** `alphaloom.yaml`. Where it leaves a value out, the default written here is taken. */
export const configSchema = z.strictObject({
  defaultVenue: venueName.default('coinbase').describe('Venue of a symbol that names none.'),
  venues: z
    .record(
      venueName,
      z.strictObject({
        kind: z
          .enum(['spot', 'swap'])
          .describe('spot: SHORT only closes a long; swap: perpetual contracts, both ways.'),
        exchange: z
          .string()
          .regex(/^[a-z0-9]{2,40}$/, 'a ccxt id: lower-case letters and digits')
          .optional()
          .describe('ccxt’s id of the exchange; without it, the venue’s name without dashes.')
          .meta({ examples: ['binanceusdm'] }),
        host: z
          .string()
          .refine(isVenueHost, 'expected an https address, or http on loopback: http://127.0.0.1:9000')
          .optional()
          .describe('Address that all requests to this venue go to instead of its own.')
          .meta({ examples: ['http://127.0.0.1:9000'] }),
      }),
    )
    .default(KNOWN_VENUES)
    .describe('Venues by name; what is written here is added to the known ones.'),
  accounts: z
    .record(
      z.string().regex(ACCOUNT_NAME, 'an account’s name: lower-case letters, digits and dashes'),
      accountConfigSchema,
    )
    .default({})
    .describe('Accounts by name; what is written here is added to the account paper.'),
  collection: z
    .strictObject({
      series: z
        .array(canonicalSeries)
        .max(2_000)
        .default([])
        .describe(
          'Series whose bars are fetched as they close, e.g. [binance:BTCUSDT/15m]; up schedules it.',
        ),
      everyMinutes: z.int().min(1).max(1_440).default(5).describe('How often closed bars are asked for.'),
      historyDays: z
        .int()
        .min(1)
        .max(10_000)
        .default(365)
        .describe('History that is fetched first for a series the store does not hold.'),
      features: z
        .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(1_000)])
        .default('core15')
        .describe('A feature set, or features by name, kept up to date for each collected series.'),
    })
    .prefault({}),
  recipes: z
    .strictObject({
      folders: z
        .array(z.string().min(1))
        .default(['recipes'])
        .describe(
          'Folders of your own recipes, relative to this file; looked into before the built-in ones.',
        ),
    })
    .prefault({}),
  policies: z
    .strictObject({
      folders: z
        .array(z.string().min(1))
        .default(['policies'])
        .describe(
          'Folders of your own policies, relative to this file; looked into before the built-in ones.',
        ),
    })
    .prefault({}),
  promotion: z
    .strictObject({
      default: promotionMode
        .default('auto')
        .describe('auto: a version the gate passes is promoted; manual: it awaits approval.'),
      series: z
        .record(canonicalSeries, promotionMode)
        .default({})
        .describe('Per series, e.g. "coinbase:BTCUSD/1h": manual; wins over the default.'),
    })
    .prefault({}),
  lifecycle: z
    .strictObject({
      reviewEveryHours: z
        .number()
        .min(0)
        .max(8_760)
        .default(24)
        .describe(
          'How often a champion is reviewed by itself: whether it still answers, and whether the one before it does better; 0: only when asked (models review).',
        ),
    })
    .prefault({}),
  notifications: notificationSettings,
  llm: z
    .strictObject({
      endpoint: z
        .string()
        .refine(isApiAddress, 'expected the base of an OpenAI-compatible API, e.g. http://127.0.0.1:11434/v1')
        .optional()
        .describe(
          'Base of an OpenAI-compatible API (Ollama, vLLM, OpenAI …) whose model has to approve each entry; without it nobody is asked.',
        ),
      model: z.string().min(1).max(200).optional().describe('Name of the model, as the API calls it.'),
      apiKey: z
        .string()
        .min(1)
        .meta({ secret: true })
        .optional()
        .describe(
          'Its key, if it wants one; best in ALPHALOOM__LLM__API_KEY_FILE. Over plain http on loopback only.',
        ),
      timeoutMs: z
        .int()
        .min(100)
        .max(9_000)
        .default(8_000)
        .describe('How long one call may take, the whole answer included; what is later is no entry.'),
      minConfidence: z
        .number()
        .min(0)
        .max(1)
        .default(0.6)
        .describe('Least confidence of an approval; with less there is no entry.'),
      alarmAfterFailures: z
        .int()
        .min(1)
        .max(1_000)
        .default(3)
        .describe(
          'Calls in a row without a usable answer after which there is an alarm, and again after each as many.',
        ),
      maxAttemptsBeforeAnswer: z
        .int()
        .min(0)
        .max(5)
        .default(0)
        .describe(
          'Further attempts while no byte of an answer came; after one, there is never another call.',
        ),
    })
    .refine(isKeyGuarded, {
      // At the key, so that the section is not shown with it.
      path: ['apiKey'],
      error: 'a key goes over https, or to loopback, only: take an https endpoint',
    })
    .prefault({}),
  synthetic: z
    .enum(['refused', 'allowed'])
    .default('refused')
    .describe('allowed: a model trained on generated bars may become champion; it never trades real money.'),
  temporal: z
    .strictObject({
      namespace: z
        .string()
        .min(1)
        .max(200)
        .default('default')
        .describe('Namespace of the embedded server, and of another where TEMPORAL_NAMESPACE does not say.'),
      port: port
        .optional()
        .describe('Port of the embedded server; without it 7233, or the next free one.')
        .meta({ examples: [7233] }),
      uiPort: port
        .optional()
        .describe('Port of Temporal’s web page; without it 8233, or the next free one.')
        .meta({ examples: [8233] }),
      retentionDays: z.int().min(1).max(3_650).default(30).describe('How long finished workflows are kept.'),
    })
    .prefault({}),
  training: z
    .strictObject({
      maxConcurrentActivities: z
        .union([z.literal('cores'), z.int().min(1).max(256)], {
          error: 'expected "cores" or a whole number from 1 to 256',
        })
        .default('cores')
        .describe('Training steps run at once; cores: as many as the machine has.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('Least serious line that is written.'),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;

/** An address of http or https that carries no password and no query. */
function isApiAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

/** Whether a key, where there is one, goes to this machine or encrypted. */
function isKeyGuarded({
  endpoint,
  apiKey,
}: {
  endpoint?: string | undefined;
  apiKey?: string | undefined;
}): boolean {
  if (apiKey === undefined || endpoint === undefined || !URL.canParse(endpoint)) return true;
  return isVenueHost(new URL(endpoint).origin);
}

function seriesMistake(text: string): string {
  if (!text.includes(':')) return 'write venue:SYMBOL/timeframe, e.g. coinbase:BTCUSD/1h';
  try {
    return `write it as ${seriesId(parseSeriesId(text, ''))}`;
  } catch (error) {
    if (error instanceof AlphaloomError) return error.message;
    throw error;
  }
}
