import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { AlphaloomError } from '../contracts/errors.ts';
import { exists, writeFileAtomic } from '../storage/files.ts';

const ROOT = join(import.meta.dirname, '..');
/** All that workflows are made of; dependency-cruiser keeps it so. */
const MADE_OF = ['contracts', 'workflows', 'package-lock.json'];
/** Beside the libraries that are bundled too. */
const KEPT_IN = join(ROOT, 'node_modules/.cache/alphaloom');
const KEPT_MS = 7 * 86_400_000;

/**
 * The workflows as one file, which workers load and histories are replayed on. Bundling takes seconds of a core, which a worker
 * that comes back after a crash does not have: a bundle is kept under the hash of what it is made of.
 */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  const codePath = join(KEPT_IN, `workflows-${await hashOfSources()}.js`);
  if (await exists(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({ workflowsPath: join(ROOT, 'workflows/index.ts') });
  try {
    await writeFileAtomic(codePath, code);
    await forgetOld();
  } catch (error) {
    // A checkout that nobody may write to works too, only slower.
    if (error instanceof AlphaloomError && error.code === 'PERMISSION_DENIED') return { code };
    throw error;
  }
  return { codePath };
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of MADE_OF) {
    for (const path of await filesOf(join(ROOT, name)))
      hash.update(`${relative(ROOT, path)}\0`).update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 32);
}

async function filesOf(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

async function forgetOld(): Promise<void> {
  for (const name of await readdir(KEPT_IN)) {
    const path = join(KEPT_IN, name);
    if (Date.now() - (await stat(path)).mtimeMs > KEPT_MS) await rm(path, { force: true });
  }
}
