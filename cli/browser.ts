import { spawn } from 'node:child_process';

/** What opens a file as a double click would. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
};
const OTHERWISE = ['xdg-open'];

/** Hands a page to the reader's browser, which outlives this process. False where there is nothing to open it with. */
export function openInBrowser(path: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const [command, ...flags] = OPENERS[process.platform] ?? OTHERWISE;
  return new Promise(resolve => {
    const opener = spawn(command!, [...flags, path], { env: environment, stdio: 'ignore', detached: true });
    opener.once('error', () => resolve(false));
    opener.once('spawn', () => {
      opener.unref();
      resolve(true);
    });
  });
}
