/** The candidates that differ least from a word (edits of one letter, whatever their case), the nearest first. */
export function nearest(word: string, candidates: Iterable<string>, count = 5): string[] {
  const given = word.toLowerCase();
  return [...candidates]
    .map(candidate => ({ candidate, edits: editDistance(given, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate, 'en'))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's distance. O(n · m). */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column] + 1, current[column - 1] + 1));
    }
    above = current;
  }
  return above[b.length];
}
