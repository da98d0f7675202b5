import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { AlphaloomError } from '../contracts/errors.ts';
import { exists, makeFolder, writeFileAtomic } from '../storage/files.ts';
import { CONFIG_FILE } from './config.ts';
import { firstConfig } from './config-docs.ts';
import { CHECKOUT } from './paths.ts';
import { BUILT_IN_RECIPES, DEFAULT_RECIPE } from './recipes.ts';

export const EXAMPLE_RECIPE = 'my-first';
const EXAMPLE_FEATURES = 'features/example.ts';
const EXAMPLE_STRATEGY = 'strategies/example.ts';

/**
 * Writes a first `alphaloom.yaml`, every setting commented with its default, and one recipe, one file of features and one
 * strategy of the user's own.
 * @returns the files written, absolute
 * @throws AlphaloomError FILE_EXISTS if one of them is there already (nothing is written then), PERMISSION_DENIED
 */
export async function initProject(folder: string): Promise<string[]> {
  const root = resolve(folder);
  const files = {
    [join(root, CONFIG_FILE)]: firstConfig(relative(root, join(CHECKOUT, 'docs/alphaloom.schema.json'))),
    [join(root, 'recipes', `${EXAMPLE_RECIPE}.yaml`)]: await exampleRecipe(),
    [join(root, EXAMPLE_FEATURES)]: await readFile(join(CHECKOUT, 'features/own/example.ts'), 'utf8'),
    [join(root, EXAMPLE_STRATEGY)]: await exampleStrategy(join(root, EXAMPLE_STRATEGY)),
  };
  const present = [];
  for (const path of Object.keys(files)) if (await exists(path)) present.push(path);
  if (present.length > 0) {
    throw new AlphaloomError(
      'FILE_EXISTS',
      `${present.join(' and ')} ${present.length > 1 ? 'are' : 'is'} there already; nothing was written.`,
      {
        present,
      },
    );
  }
  await makeFolder(root);
  for (const [path, text] of Object.entries(files)) await writeFileAtomic(path, text);
  return Object.keys(files);
}

async function exampleRecipe(): Promise<string> {
  const text = await readFile(join(BUILT_IN_RECIPES, `${DEFAULT_RECIPE}.yaml`), 'utf8');
  const own = `  # or some, with those of your own:\n  # names: [rsi_14, range_share_24, rises_in_a_row]\n  # files: [${EXAMPLE_FEATURES}]\n`;
  return text
    .replace(/^name: .*$/m, `name: ${EXAMPLE_RECIPE}`)
    .replace(/^ {2}set: core15\n/m, set => set + own);
}

/** Its types are found from where it is written; they are gone when it runs. */
async function exampleStrategy(path: string): Promise<string> {
  const text = await readFile(join(CHECKOUT, 'strategy/own/example.ts'), 'utf8');
  const types = relative(dirname(path), join(CHECKOUT, 'contracts/intents.ts'));
  return text.replace(/from '[^']*intents\.ts'/, `from '${types}'`);
}
