import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { LIGHTGBM_VERSION } from '../models/trees/lightgbm-library.ts';
import { XGBOOST_VERSION } from '../models/trees/xgboost-library.ts';

const FOLDER = join(homedir(), '.cache/alphaloom/bench-python');
/** What a package is installed as, where that is not what it is imported as, or a release is meant. */
const INSTALLED_AS: Readonly<Record<string, string>> = {
  talib: 'TA-Lib',
  vectorbt: 'vectorbt==1.2.0',
  lightgbm: `lightgbm==${LIGHTGBM_VERSION}`,
  xgboost: `xgboost-cpu==${XGBOOST_VERSION}`,
};

/**
 * Python with the packages that a bench compares with, installed once in a folder of its own; null where that can't be had
 * (no Python, no network).
 */
export async function benchPython(packages: readonly string[]): Promise<string | null> {
  const python = join(FOLDER, 'bin/python');
  const hasAll = () =>
    execa(python, ['-c', packages.map(name => `import ${name}`).join('\n')], { reject: false });
  if ((await hasAll()).exitCode === 0) return python;
  await mkdir(FOLDER, { recursive: true });
  await execa('python3', ['-m', 'venv', FOLDER], { reject: false });
  const wanted = packages.map(name => INSTALLED_AS[name] ?? name);
  await execa(python, ['-m', 'pip', 'install', '--quiet', ...wanted], { reject: false, stderr: 'inherit' });
  return (await hasAll()).exitCode === 0 ? python : null;
}
