import { z } from 'zod';
import type { RejectionCode } from '../../contracts/venue.ts';
import type { AnswerMeaning } from './card.ts';

/** `{retCode: 170131, …}` with status 200. */
export function bybitCodes(answer: unknown): readonly string[] {
  const read = z.object({ retCode: z.number().int() }).safeParse(answer);
  return read.success && read.data.retCode !== 0 ? [String(read.data.retCode)] : [];
}

/** https://bybit-exchange.github.io/docs/v5/error; time-outs of its own (170007, 10016) are left out. */
export const BYBIT_REJECTIONS: Readonly<Record<string, RejectionCode>> = {
  '10001': 'other',
  '10002': 'expired-request',
  '10003': 'permission',
  '10004': 'permission',
  '10005': 'permission',
  '10010': 'permission',
  '10006': 'rate-limit',
  '33004': 'permission',
  '110072': 'duplicate-id',
  '170005': 'rate-limit',
  '170105': 'other',
  '170115': 'other',
  '170116': 'other',
  '170117': 'other',
  '170121': 'symbol-closed',
  '170124': 'filter',
  '170130': 'other',
  '170131': 'insufficient-balance',
  '170132': 'filter',
  '170133': 'filter',
  '170134': 'filter',
  '170135': 'filter',
  '170136': 'filter',
  '170137': 'filter',
  '170138': 'other',
  '170140': 'filter',
  '170141': 'duplicate-id',
  '170148': 'other',
  '170193': 'filter',
  '170194': 'filter',
  '170348': 'permission',
  '170705': 'would-trigger',
  '170818': 'symbol-closed',
};

export const BYBIT_MEANINGS: Readonly<Record<string, AnswerMeaning>> = {
  '10002': 'clock',
  '10003': 'keys',
  '10004': 'keys',
  '10005': 'keys',
  '10010': 'keys',
  '33004': 'keys',
  '10006': 'wait',
  '10018': 'wait',
  '110001': 'gone',
  '170121': 'symbol',
  '170139': 'gone',
  '170142': 'gone',
  '170143': 'gone',
  '170213': 'gone',
};
