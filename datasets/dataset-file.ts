import { BLOCKS, type Dataset, NO_BLOCK } from '../contracts/dataset.ts';
import { UNLABELLED } from '../contracts/tasks.ts';
import {
  type ColumnFile,
  type ColumnValues,
  damaged,
  readColumns,
  writeColumns,
} from '../storage/arrow/column-file.ts';

const FORMAT = 'alphaloom.dataset/1';
const ROW_COLUMNS = ['ts', 'bar', 'label', 'label_end', 'block'] as const;
const EXTRA_ROW_COLUMNS = ['target', 'weight'] as const;
/** Names that no feature may have. */
export const RESERVED_NAMES: readonly string[] = [...ROW_COLUMNS, ...EXTRA_ROW_COLUMNS];

/**
 * Writes a dataset as an Arrow IPC file: `ts` (int64, epoch ms), `bar` (int32), `label` (int8), `label_end` (int32),
 * `block` (int8: 0 train, 1 validation, 2 test, −1 none), where the dataset has them `target` and `weight` (float32), then
 * one float32 column per feature, NaN where missing. The same dataset gives the same bytes.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeDataset(dataset: Dataset, path: string): Promise<void> {
  const columns = new Map<string, ColumnValues>([
    ['ts', BigInt64Array.from(dataset.openTime, BigInt)],
    ['bar', dataset.bar],
    ['label', dataset.label],
    ['label_end', dataset.labelEnd],
    ['block', dataset.block],
  ]);
  for (const name of EXTRA_ROW_COLUMNS) {
    const values = dataset[name];
    if (values) columns.set(name, values);
  }
  for (const [position, name] of dataset.featureNames.entries()) columns.set(name, dataset.columns[position]);
  await writeColumns(path, {
    columns,
    metadata: new Map([
      ['format', FORMAT],
      ['schema_hash', dataset.schemaHash],
    ]),
  });
}

/**
 * Reads what `writeDataset` wrote.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, PERMISSION_DENIED
 */
export async function readDataset(path: string): Promise<Dataset> {
  const { columns, metadata } = await readColumns(path);
  const schemaHash = metadata.get('schema_hash');
  if (metadata.get('format') !== FORMAT || !schemaHash) throw damaged(path, `its format is not ${FORMAT}`);
  const featureNames = [...columns.keys()].filter(name => !RESERVED_NAMES.includes(name));
  const column = <T extends ColumnValues>(name: string, type: new (length: number) => T): T => {
    const values = columns.get(name);
    if (values instanceof type) return values;
    throw damaged(path, `column "${name}" is not of type ${type.name}`);
  };
  const dataset: Dataset = {
    featureNames,
    schemaHash,
    columns: featureNames.map(name => column(name, Float32Array)),
    label: column('label', Int8Array),
    bar: column('bar', Int32Array),
    openTime: Float64Array.from(column('ts', BigInt64Array), Number),
    labelEnd: column('label_end', Int32Array),
    block: column('block', Int8Array),
    ...(columns.has('target') && { target: column('target', Float32Array) }),
    ...(columns.has('weight') && { weight: column('weight', Float32Array) }),
  };
  requireSense(path, dataset, columns);
  return dataset;
}

function requireSense(
  path: string,
  { featureNames, label, bar, labelEnd, block }: Dataset,
  columns: ColumnFile['columns'],
): void {
  const names = [...columns.keys()];
  if (ROW_COLUMNS.some((name, position) => names[position] !== name) || featureNames.length === 0)
    throw damaged(path, `its columns are not ${ROW_COLUMNS.join(', ')} and features`);
  for (let row = 0; row < bar.length; row++) {
    const inOrder = bar[row] > (row === 0 ? -1 : bar[row - 1]);
    const inBlocks = block[row] >= NO_BLOCK && block[row] < BLOCKS.length;
    const labelled = label[row] !== UNLABELLED;
    const decided = labelled ? label[row] >= 0 && labelEnd[row] > bar[row] : block[row] === NO_BLOCK;
    if (!inOrder || !inBlocks || !decided) throw damaged(path, `row ${row} makes no sense`);
  }
}
