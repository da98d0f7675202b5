import { tryLock } from './lock.ts';
import { createLog } from './log.ts';
import { homeAt } from './paths.ts';
import { supervisorLockPath } from './run-state.ts';
import { createSupervisor, EXIT_SECOND, type SupervisorOrder } from './supervisor.ts';

const home = homeAt(process.argv[2]);
const log = createLog('info', process.stdout, { supervisor: process.pid });
const lock = await tryLock(supervisorLockPath(home));
if (lock === null) process.exit(EXIT_SECOND);

// Its log may be on a full disk; that is no reason to leave the others alone.
process.stdout.on('error', () => {});
const supervisor = createSupervisor({ home, log, now: Date.now });
let isKept = false;
let stopped: Promise<void> | undefined;

process.on('message', (order: SupervisorOrder) => {
  if ('start' in order) supervisor.start(order.start);
  else {
    isKept = true;
    supervisor.keep(order.keep);
  }
});
// An `up` that failed or was interrupted leaves nothing half-started.
process.on('disconnect', () => {
  if (!isKept) stop('up ended before everything was ready');
});
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));
process.on('SIGHUP', () => {});

function stop(reason: string): void {
  if (stopped) return;
  log.info({ reason }, 'stopping');
  stopped = supervisor.stop();
  void stopped.finally(() => {
    log.info('stopped');
    process.exit(0);
  });
}
