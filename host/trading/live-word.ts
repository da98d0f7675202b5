/** Whether a process with this environment may send real orders. */
export function sendsOrders({ ALPHALOOM_LIVE }: NodeJS.ProcessEnv): boolean {
  return ALPHALOOM_LIVE === 'yes';
}
