import { join } from 'node:path';
import { type Policy, parsePolicy } from '../contracts/policy.ts';
import { type LoadedConfig, policyFolders } from './config.ts';
import { CHECKOUT } from './paths.ts';
import { findYamlFile, readYamlFile, type YamlFiles } from './yaml-files.ts';

export const DEFAULT_POLICY = 'as-labelled';

export const POLICY_FILES: YamlFiles = {
  noun: 'policy',
  builtIn: join(CHECKOUT, 'policies'),
  example: 'policies/ladder-trailing.yaml',
  notFound: 'POLICY_NOT_FOUND',
  invalid: 'POLICY_INVALID',
};

/**
 * Reads and checks a policy.
 * @param name a name (looked for in the configured folders, then the built-in ones) or a path to a YAML file
 * @throws AlphaloomError POLICY_NOT_FOUND, POLICY_INVALID, PERMISSION_DENIED
 */
export async function loadPolicy(loaded: LoadedConfig, name: string): Promise<Policy> {
  const path = await findYamlFile(POLICY_FILES, name, policyFolders(loaded));
  return parsePolicy(await readYamlFile(POLICY_FILES, path), path);
}
