import type { Recipe } from '../contracts/recipe.ts';
import type { FoldSpec } from '../contracts/split.ts';
import { DECIDED_CLASSES } from '../contracts/tasks.ts';
import { type AnsweredFold, joinFolds, type OutOfFold } from '../evaluation/folds/out-of-fold.ts';
import { backtestPaths } from '../evaluation/folds/paths.ts';
import type { History } from '../evaluation/history.ts';
import { type ColumnValues, writeColumns } from '../storage/arrow/column-file.ts';

/** A row per judged row and path, in time order: what was known, decided and right, and which fold said so. */
export async function writePredictions(
  path: string,
  history: History,
  recipe: Pick<Recipe, 'task' | 'costs'>,
  spec: FoldSpec,
  answered: readonly AnsweredFold[],
): Promise<void> {
  const records =
    spec.kind === 'walk-forward'
      ? [joinFolds(history, recipe, answered)]
      : backtestPaths(history, recipe, spec, answered);
  const rows = records.reduce((sum, { bar }) => sum + bar.length, 0);
  const classes = DECIDED_CLASSES[recipe.task];
  const { openTime } = history.candles;
  const fill = <Column extends ColumnValues>(
    column: Column,
    cellOf: (record: OutOfFold, row: number, path: number) => number,
  ): Column => {
    let at = 0;
    for (const [path, record] of records.entries())
      for (let row = 0; row < record.bar.length; row++) column[at++] = cellOf(record, row, path);
    return column;
  };
  const foldsOfRows = records.map(foldPerRow);
  const columns = new Map<string, ColumnValues>([
    ['bar_time', fill(new Float64Array(rows), ({ bar }, row) => openTime[bar[row]])],
    ['fold', fill(new Int32Array(rows), (_, row, path) => foldsOfRows[path][row])],
    ...(records.length > 1
      ? [['path', fill(new Int32Array(rows), (_, _row, path) => path + 1)] as const]
      : []),
    ['label', fill(new Int8Array(rows), ({ label }, row) => label[row])],
    ['decision', fill(new Int8Array(rows), ({ predicted }, row) => predicted[row])],
    ...classes.map(
      (name, k) =>
        [
          `p_${name}`,
          fill(new Float32Array(rows), ({ probabilities }, row) => probabilities[row * classes.length + k]),
        ] as const,
    ),
  ]);
  const metadata = new Map([
    ['format', 'alphaloom.out-of-fold/1'],
    ['classes', classes.join()],
  ]);
  await writeColumns(path, { columns, metadata });
}

function foldPerRow({ folds }: OutOfFold): Int32Array {
  return Int32Array.from(folds.flatMap(({ fold, rows }) => new Array<number>(rows.test).fill(fold)));
}
