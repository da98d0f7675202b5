import { AlphaloomError } from '../../contracts/errors.ts';

/**
 * Rows of all pages of venues that go on from an id. A page that does not lead on (the same one again) is an error: it would
 * be asked for without end.
 * @param ask the rows from an id on; null: the first page
 */
export async function fromIdOn<Row>(
  ask: (id: string | null) => Promise<readonly Row[]>,
  {
    idOf,
    isLast,
  }: { readonly idOf: (row: Row) => string; readonly isLast: (page: readonly Row[]) => boolean },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from: string | null = null; ; ) {
    const page: readonly Row[] = await ask(from);
    rows.push(...page);
    if (page.length === 0 || isLast(page)) return rows;
    const next = nextId(page.map(idOf));
    if (from !== null && BigInt(next) <= BigInt(from)) throw goesInCircles();
    from = next;
  }
}

/** Rows of all windows from `since` to `until`, of venues that answer only so much time at once. */
export async function inWindows<Row>(
  { since, until, windowMs }: { readonly since: number; readonly until: number; readonly windowMs: number },
  ask: (from: number, to: number) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = since; from <= until; from += windowMs)
    rows.push(...(await ask(from, from + windowMs - 1)));
  return rows;
}

/** Rows of all pages of venues that name the next page with each; a null, empty or missing name ends it. */
export async function byCursor<Row>(
  ask: (cursor: string | null) => Promise<{ readonly rows: readonly Row[]; readonly next: string | null }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: { readonly rows: readonly Row[]; readonly next: string | null } = await ask(cursor);
    rows.push(...page.rows);
    if (page.next === null) return rows;
    if (page.next === cursor) throw goesInCircles();
    cursor = page.next;
  }
}

/** The id after the highest, which may be longer than a double holds. */
function nextId(ids: readonly string[]): string {
  const [highest] = ids.map(BigInt).sort((a, b) => (a < b ? 1 : -1));
  return String(highest + 1n);
}

export function goesInCircles(): AlphaloomError {
  return new AlphaloomError('VENUE_ANSWER_INVALID', 'The pages of a venue’s answer do not go on.');
}
