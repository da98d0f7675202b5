import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ARTIFACT_STEPS, type ArtifactStep, type FileDigest, type Json } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { digestFile } from '../storage/files.ts';
import { canonicalJson, storableJson } from './canonical-json.ts';
import { filesHash, inputHash, sha256 } from './input-hash.ts';

/** The store's own file in each artifact; not `meta.json`, which belongs to packages. */
export const RECORD_FILE = 'artifact.json';
const RECORD_FORMAT = 1;
const MAX_RECORD_BYTES = 32 * 1024 * 1024;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const recordSchema = z.strictObject({
  format: z.literal(RECORD_FORMAT),
  step: z.enum(ARTIFACT_STEPS),
  inputHash: hex,
  inputs: z.json(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int().min(0), sha256: hex })).min(1),
  sha256: hex,
  result: z.json(),
  /** Over all of the above: `sha256` covers the files, not what the step said of them. */
  checksum: hex,
});

/** What the store knows of an artifact. */
export interface ArtifactRecord {
  readonly step: ArtifactStep;
  readonly inputHash: string;
  readonly inputs: Json;
  readonly files: readonly FileDigest[];
  readonly sha256: string;
  readonly result: Json;
}

/** Digests what a step wrote into `folder` and adds the record. */
export async function writeRecord(
  folder: string,
  step: ArtifactStep,
  inputs: Json,
  result: unknown,
): Promise<ArtifactRecord> {
  const files: FileDigest[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!isFileName(name) || !(await lstat(join(folder, name))).isFile()) {
      throw new AlphaloomError(
        'INTERNAL',
        `The step ${step} wrote "${name}"; an artifact holds plain files named by letters, digits, dot, dash, underscore.`,
        { step, name },
      );
    }
    files.push({ name, ...(await digestFile(join(folder, name))) });
  }
  if (files.length === 0) {
    throw new AlphaloomError(
      'INTERNAL',
      `The step ${step} wrote no file; its reference would name nothing.`,
      { step },
    );
  }
  const content = { format: RECORD_FORMAT, step, inputHash: inputHash(step, inputs), inputs, files };
  const record = { ...content, sha256: filesHash(files), result: JSON.parse(storableJson(result)) as Json };
  const text = `${JSON.stringify({ ...record, checksum: checksum(record) }, null, 1)}\n`;
  if (text.length > MAX_RECORD_BYTES) {
    throw new AlphaloomError(
      'INTERNAL',
      `The step ${step} answered with ${text.length} bytes; write them to a file.`,
    );
  }
  await writeFile(join(folder, RECORD_FILE), text, { flag: 'wx' });
  return record;
}

/**
 * Reads an artifact's record and checks every file against it; null where there is no such folder.
 * @throws AlphaloomError ARTIFACT_CORRUPT naming the file, STORE_TOO_NEW
 */
export async function readVerified(folder: string): Promise<ArtifactRecord | null> {
  const kind = await statusOf(folder);
  if (kind === null) return null;
  if (!kind.isDirectory()) throw corrupt(folder, '', 'is not a folder');
  try {
    const record = await readRecord(folder);
    await refuseOtherFiles(folder, record);
    for (const file of record.files) await verifyFile(folder, file);
    return record;
  } catch (error) {
    // Another process may have set it aside, or removed it, while it was read.
    if ((await statusOf(folder)) === null) return null;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw corrupt(folder, '', 'changed while it was read');
    throw error;
  }
}

/**
 * Reads and checks the record alone.
 * @throws AlphaloomError ARTIFACT_CORRUPT, STORE_TOO_NEW
 */
export async function readRecord(folder: string): Promise<ArtifactRecord> {
  const parsed = await readRecordJson(folder);
  const format = (parsed as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > RECORD_FORMAT) {
    throw new AlphaloomError(
      'STORE_TOO_NEW',
      `${folder} has format ${format}; this Alphaloom knows up to ${RECORD_FORMAT}. Use the newer Alphaloom.`,
      { folder, found: format, known: RECORD_FORMAT },
    );
  }
  const data = parseRecord(parsed);
  if (data === null) throw corrupt(folder, RECORD_FILE, 'is not a record of an artifact');
  const { checksum: expected, ...record } = data;
  const names = new Set(record.files.map(({ name }) => name));
  const broken = record.files.find(({ name }) => !isFileName(name));
  if (broken)
    throw corrupt(folder, RECORD_FILE, `names ${JSON.stringify(broken.name)}, which is no file of its own`);
  if (names.size < record.files.length) throw corrupt(folder, RECORD_FILE, 'names a file twice');
  if (checksum(record) !== expected || filesHash(record.files) !== record.sha256) {
    throw corrupt(folder, RECORD_FILE, 'was changed after it was written');
  }
  if (inputHash(record.step, record.inputs) !== record.inputHash || record.inputHash !== basename(folder)) {
    throw corrupt(folder, RECORD_FILE, 'belongs to another artifact');
  }
  return record;
}

export function corrupt(folder: string, file: string, what: string): AlphaloomError {
  return new AlphaloomError(
    'ARTIFACT_CORRUPT',
    `${join(folder, file)} ${what}. Restore a backup, or train again: the damaged copy will be set aside.`,
    { folder, file },
  );
}

async function readRecordJson(folder: string): Promise<unknown> {
  const path = join(folder, RECORD_FILE);
  const status = await statusOf(path);
  if (status === null) throw corrupt(folder, RECORD_FILE, 'is missing');
  if (!status.isFile()) throw corrupt(folder, RECORD_FILE, 'is not a plain file');
  if (status.size > MAX_RECORD_BYTES) throw corrupt(folder, RECORD_FILE, 'is too large');
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw corrupt(folder, RECORD_FILE, 'is not JSON');
    throw error;
  }
}

function parseRecord(document: unknown): z.infer<typeof recordSchema> | null {
  try {
    return recordSchema.safeParse(document).data ?? null;
  } catch (error) {
    // Nested deeper than any record is, and than the stack.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

async function refuseOtherFiles(folder: string, { files }: ArtifactRecord): Promise<void> {
  const known = new Set([RECORD_FILE, ...files.map(({ name }) => name)]);
  const extra = (await readdir(folder)).find(name => !known.has(name));
  if (extra !== undefined) throw corrupt(folder, extra, 'is not in the artifact’s record');
}

async function verifyFile(folder: string, expected: FileDigest): Promise<void> {
  const path = join(folder, expected.name);
  const status = await statusOf(path);
  if (status === null) throw corrupt(folder, expected.name, 'is missing');
  // A link would lead out of the store.
  if (!status.isFile()) throw corrupt(folder, expected.name, 'is not a plain file');
  if (status.size !== expected.bytes) {
    throw corrupt(folder, expected.name, `has ${status.size} bytes, not the ${expected.bytes} of its record`);
  }
  if ((await digestFile(path)).sha256 !== expected.sha256) {
    throw corrupt(folder, expected.name, 'has other content than its record says');
  }
}

async function statusOf(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isFileName(name: string): boolean {
  return FILE_NAME.test(name) && name !== RECORD_FILE;
}

function checksum(record: object): string {
  return sha256(canonicalJson(record as Json));
}
