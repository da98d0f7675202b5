import { z } from 'zod';

/** What a running exchange may be told over HTTP; what is left out stays as it is. */
export const controlSchema = z.strictObject({
  maintenance: z.boolean().optional(),
  announcedMaintenance: z.boolean().optional(),
  skewMs: z.number().optional(),
  queryLagMs: z.number().min(0).optional(),
  keys: z.record(z.string(), z.enum(['valid', 'revoked'])).optional(),
  deposits: z.record(z.string(), z.string().regex(/^-?\d{1,20}(\.\d{1,8})?$/)).optional(),
  statuses: z.record(z.string(), z.enum(['TRADING', 'BREAK', 'HALT', 'DELISTED'])).optional(),
});

/** Bars to add: open time, open, high, low, close, volume. */
export const feedSchema = z.strictObject({
  symbol: z.string(),
  rows: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])),
});
