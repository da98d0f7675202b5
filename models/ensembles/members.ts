import { copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exists } from '../../storage/files.ts';

/** A fit is a folder of plain files, so a member's files stand in it behind the member's number: `0-model.txt`. */
const prefixOf = (member: number) => `${member}-`;

/**
 * Fits a member in a folder of its own under the work folder, and copies its files into the ensemble's. A member that was
 * fitted before the process was killed is not fitted again.
 */
export async function fitMember(
  member: number,
  folder: string,
  workFolder: string,
  fit: (folder: string, workFolder: string) => Promise<unknown>,
): Promise<void> {
  const finished = join(workFolder, `member-${member}`);
  if (!(await exists(finished))) {
    const unfinished = `${finished}.fitting`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await fit(unfinished, `${finished}.work`);
    await rename(unfinished, finished);
  }
  for (const name of await readdir(finished))
    await copyFile(join(finished, name), join(folder, `${prefixOf(member)}${name}`));
}

/** Hands a member's own folder, as its estimator wrote it, to `use`. */
export async function withMember<T>(
  folder: string,
  member: number,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const own = await mkdtemp(join(tmpdir(), 'alphaloom-member-'));
  try {
    const prefix = prefixOf(member);
    for (const name of await readdir(folder))
      if (name.startsWith(prefix)) await copyFile(join(folder, name), join(own, name.slice(prefix.length)));
    return await use(own);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
