import { AlphaloomError } from '../../contracts/errors.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const WHOLE_NUMBER = /^\d{1,19}(?:\.0+)?$/;
const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}))?(?:\.(\d{1,9}))?(?: ?(Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?$/;

/** Where a cell stands, for messages; row 1 is the first bar. */
export interface CellPlace {
  readonly path: string;
  readonly row: number;
  readonly column: string;
}

/**
 * A plain decimal number; `NaN`, `inf`, empty cells, thousands separators and text are refused.
 * @throws AlphaloomError CANDLES_INVALID
 */
export function parseNumber(text: string | null, place: CellPlace): number {
  const trimmed = text?.trim() ?? '';
  const value = NUMBER.test(trimmed) ? Number(trimmed) : Number.NaN;
  // 1e999 is infinite.
  if (Number.isFinite(value)) return value;
  throw wrongCell(place, text, 'a number');
}

/**
 * Epoch ms from digits or from ISO 8601 (`2024-01-01T00:00:00Z`, `2024-01-01 00:00`, `2024-01-01`); without a zone, UTC.
 * @throws AlphaloomError CANDLES_INVALID
 */
export function parseTime(text: string | null, place: CellPlace): number {
  const trimmed = text?.trim() ?? '';
  if (WHOLE_NUMBER.test(trimmed)) return Number(trimmed);
  const iso = ISO_TIME.exec(trimmed);
  if (iso) {
    const [, date, minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = iso;
    const time =
      Date.parse(`${date}T${minutes}:${seconds}${normalZone(zone)}`) + Number(`0.${fraction || 0}`) * 1_000;
    if (!Number.isNaN(time) && isRealDate(date)) return time;
  }
  throw wrongCell(place, text, 'epoch milliseconds or an ISO 8601 time');
}

export function wrongCell(place: CellPlace, got: string | null, expected: string): AlphaloomError {
  const shown = got === null || got.trim() === '' ? 'an empty cell' : JSON.stringify(got.slice(0, 60));
  return new AlphaloomError(
    'CANDLES_INVALID',
    `${place.path}, row ${place.row}, column ${place.column}: expected ${expected}, got ${shown}.`,
    { ...place, rule: 'cell', got: got?.slice(0, 60) ?? null },
  );
}

/** `+00` and `+0000` are no zones for Date.parse. */
function normalZone(zone: string): string {
  if (zone === 'Z' || zone === 'UTC') return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** Date.parse takes 31 February for 3 March. */
function isRealDate(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}
