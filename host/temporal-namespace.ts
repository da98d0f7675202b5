import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { AlphaloomError } from '../contracts/errors.ts';

/** Keywords by which the Temporal UI lists workflows. */
export const SEARCH_ATTRIBUTES = ['Symbol', 'Timeframe', 'Recipe', 'Decision', 'Account'] as const;

const KEYWORD = 2;
const DAY_SECONDS = 86_400;
const USABLE_TRIES = 100;
const USABLE_POLL_MS = 200;

/** Makes finished workflows stay as long as configured; an external cluster's operators decide that themselves. */
export async function setRetention(connection: Connection, namespace: string, days: number): Promise<void> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const seconds = days * DAY_SECONDS;
  if (Number(config?.workflowExecutionRetentionTtl?.seconds) === seconds) return;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: { seconds: seconds as never } },
  });
}

/**
 * Adds the search attributes that the namespace lacks, and waits until it knows them.
 * @throws AlphaloomError TEMPORAL_SETUP with the command to run, where the cluster does not let us add them
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length > 0) {
    try {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map(name => [name, KEYWORD])),
      });
    } catch (error) {
      const still = await missingSearchAttributes(connection, namespace).catch(() => missing);
      if (still.length > 0) throw refused(namespace, still, error);
    }
  }
  await untilUsable(connection, namespace);
}

export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const wrong = SEARCH_ATTRIBUTES.filter(name => (customAttributes?.[name] ?? KEYWORD) !== KEYWORD);
  if (wrong.length > 0) {
    throw new AlphaloomError(
      'TEMPORAL_SETUP',
      `Namespace ${namespace} has ${wrong.join(', ')} as search attributes of another type; Alphaloom needs Keyword. Use another namespace.`,
      { namespace, wrong },
    );
  }
  return SEARCH_ATTRIBUTES.filter(name => customAttributes?.[name] === undefined);
}

function refused(namespace: string, missing: readonly string[], cause: unknown): AlphaloomError {
  const flags = missing.map(name => `--name ${name} --type Keyword`).join(' ');
  const command = `temporal operator search-attribute create --namespace ${namespace} ${flags}`;
  return new AlphaloomError(
    'TEMPORAL_SETUP',
    `Namespace ${namespace} lacks the search attributes ${missing.join(', ')}, and the cluster did not let us add them ` +
      `(${(cause as Error).message}). Run: ${command} (on Temporal Cloud: tcld namespace search-attributes add, or its web page).`,
    { namespace, missing, command },
    { cause },
  );
}

/** The server's caches learn of a new attribute after a moment; until then a workflow that uses it is refused. */
async function untilUsable(connection: Connection, namespace: string): Promise<void> {
  const query = SEARCH_ATTRIBUTES.map(name => `${name} = ""`).join(' OR ');
  for (let attempt = 1; ; attempt++) {
    try {
      await connection.workflowService.countWorkflowExecutions({ namespace, query });
      return;
    } catch (error) {
      if (attempt === USABLE_TRIES) throw error;
      await sleep(USABLE_POLL_MS);
    }
  }
}
