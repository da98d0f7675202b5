/** The id after the highest, which may be longer than a double holds. */
export function nextId(ids: readonly string[]): string {
  const [highest] = ids.map(BigInt).sort((a, b) => (a < b ? 1 : -1));
  return String(highest + 1n);
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
    if (page.next === null || page.next === cursor) return rows;
    cursor = page.next;
  }
}
