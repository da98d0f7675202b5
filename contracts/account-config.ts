import { z } from 'zod';
import { costsSchema } from './costs.ts';

const secret = z.string().min(1).max(10_000).meta({ secret: true });

export const ACCOUNT_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** An account of `alphaloom.yaml`: where it trades, how, and with what. */
export const accountConfigSchema = z.strictObject({
  mode: z
    .enum(['paper', 'live'])
    .default('paper')
    .describe('paper: the backtest’s matching engine over live candles; live: real orders at the venue.'),
  venue: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a venue name: lower-case letters, digits and dashes')
    .optional()
    .describe('Venue that it trades at; without it the default venue.'),
  policy: z.string().min(1).max(200).default('balanced').describe('How it trades, unless told otherwise.'),
  capital: z
    .number()
    .positive()
    .max(1e12)
    .default(10_000)
    .describe('In quote: what it starts with, and all that it may use.'),
  costs: costsSchema.prefault({}).describe('What fills of a paper account pay.'),
  apiKey: secret
    .optional()
    .describe('Key of a live account; it needs the right to trade, never to withdraw.'),
  apiSecret: secret.optional().describe('Secret of that key.'),
  apiPassword: secret.optional().describe('Passphrase of that key, where the venue has one.'),
});

export type AccountConfig = z.infer<typeof accountConfigSchema>;

/** There without being written: nothing can be lost with it. */
export const KNOWN_ACCOUNTS = { paper: { mode: 'paper' } } as const;
