import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** Histories as they were recorded, `<when>-<workflow>.json`; never recorded anew: old ones must go on replaying. */
const FOLDER = join(import.meta.dirname, '../histories');

type History = ReturnType<typeof historyFromJSON>;

export async function recordedHistories(): Promise<{ file: string; workflowId: string; history: History }[]> {
  const files = (await readdir(FOLDER)).filter(file => file.endsWith('.json')).sort();
  return await Promise.all(
    files.map(async file => {
      const history = historyFromJSON(JSON.parse(await readFile(join(FOLDER, file), 'utf8')));
      // As it was called then: children are named after it.
      const workflowId = history.events?.[0].workflowExecutionStartedEventAttributes?.workflowId;
      return { file, workflowId: workflowId ?? file, history };
    }),
  );
}

export async function fetchHistory(client: Client, workflowId: string): Promise<History> {
  return await client.workflow.getHandle(workflowId).fetchHistory();
}

/** Keeps a history for later versions of the code; who recorded it, and where, is left out. */
export async function recordHistory(name: string, history: History): Promise<void> {
  const json = JSON.stringify(
    JSON.parse(historyToJSON(history)),
    (key, value) => (key === 'identity' ? 'recorded' : key === 'stackTrace' ? '' : value),
    1,
  );
  await writeFile(join(FOLDER, `${name}.json`), `${json}\n`);
}
