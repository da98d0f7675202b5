import { z } from 'zod';
import type { RejectionCode } from '../../contracts/venue.ts';
import type { AnswerMeaning } from './card.ts';

const errorShape = z.object({ code: z.number().int(), msg: z.string().default('') });

/**
 * Binance's errors are `{code, msg}`; one code has many messages (−2010 is a duplicate id as well as a lack of funds), so the code
 * with its message comes before the code alone.
 */
export function binanceCodes(answer: unknown): readonly string[] {
  const read = errorShape.safeParse(answer);
  if (!read.success || read.data.code >= 0) return [];
  const { code, msg } = read.data;
  return [`${code} ${msg.replace(/\.$/, '')}`, String(code)];
}

/** https://developers.binance.com/docs/binance-spot-api-docs/errors; codes without a certain end (−1006, −1007, −1003) are left out. */
export const BINANCE_REJECTIONS: Readonly<Record<string, RejectionCode>> = {
  '-2010 Account has insufficient balance for requested action': 'insufficient-balance',
  '-2010 Duplicate order sent': 'duplicate-id',
  '-2010 Market is closed': 'symbol-closed',
  '-2010 Order would trigger immediately': 'would-trigger',
  '-2010 Stop price would trigger immediately': 'would-trigger',
  '-2010 Order would immediately trigger': 'would-trigger',
  '-2010 This action is disabled on this account': 'permission',
  '-2010 Rest API trading is not enabled': 'permission',
  '-2010 This symbol is not permitted for this account': 'permission',
  '-2010': 'other',
  '-1013 Market is closed': 'symbol-closed',
  '-1013': 'filter',
  '-1002': 'permission',
  '-1015': 'rate-limit',
  '-1020': 'other',
  '-1021': 'expired-request',
  '-1022': 'permission',
  '-1100': 'other',
  '-1101': 'other',
  '-1102': 'other',
  '-1103': 'other',
  '-1104': 'other',
  '-1105': 'other',
  '-1106': 'other',
  '-1111': 'filter',
  '-1112': 'other',
  '-1114': 'other',
  '-1115': 'other',
  '-1116': 'other',
  '-1117': 'other',
  '-1121': 'symbol-closed',
  '-1128': 'other',
  '-1130': 'other',
  '-2014': 'permission',
  '-2015': 'permission',
};

export const BINANCE_MEANINGS: Readonly<Record<string, AnswerMeaning>> = {
  '-1002': 'keys',
  '-1003': 'wait',
  '-1015': 'wait',
  '-1021': 'clock',
  '-1022': 'keys',
  '-1121': 'symbol',
  '-2011': 'gone',
  '-2013': 'no-order',
  '-2014': 'keys',
  '-2015': 'keys',
};

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code */
export const USDM_REJECTIONS: Readonly<Record<string, RejectionCode>> = {
  ...BINANCE_REJECTIONS,
  '-2018': 'insufficient-balance',
  '-2019': 'insufficient-balance',
  '-2020': 'other',
  '-2021': 'would-trigger',
  '-2022': 'reduce-only',
  '-2024': 'reduce-only',
  '-2025': 'other',
  '-2026': 'reduce-only',
  '-2027': 'insufficient-balance',
  '-2028': 'insufficient-balance',
  '-4003': 'filter',
  '-4004': 'filter',
  '-4005': 'filter',
  '-4006': 'filter',
  '-4013': 'filter',
  '-4014': 'filter',
  '-4015': 'other',
  '-4016': 'filter',
  '-4023': 'filter',
  '-4024': 'filter',
  '-4045': 'other',
  '-4061': 'other',
  '-4116': 'duplicate-id',
  '-4118': 'reduce-only',
  '-4131': 'filter',
  '-4140': 'symbol-closed',
  '-4141': 'symbol-closed',
  '-4164': 'filter',
};
