import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../contracts/artifact.ts';

/** A step that writes files with the given contents and answers with `result`. */
export function writes(contents: Record<string, string>, result: Json = null) {
  return async (folder: string) => {
    for (const [name, text] of Object.entries(contents)) await writeFile(join(folder, name), text);
    return result;
  };
}

/** A step that must not run. */
export async function mustNotRun(): Promise<Json> {
  throw new Error('the step ran although its artifact was there');
}
