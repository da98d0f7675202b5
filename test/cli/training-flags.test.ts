import assert from 'node:assert/strict';
import test from 'node:test';
import { Command } from 'commander';
import { normaliseArguments } from '../../cli/arguments.ts';
import { addTrainingFlags, trainingOverrides } from '../../cli/training-flags.ts';
import { loadRecipe } from '../../host/recipes.ts';

test('--epochs, --batch-size (or --batch_size) and --lr are parameters of the recipe’s net', async () => {
  const overrides = parsed(['--epochs', '7', '--batch_size', '128', '--lr', '3e-4']);
  const { train } = await loadRecipe('cnn-lstm-core15', [], overrides);
  const { epochs, batch_size, lr } = train.params;
  assert.deepEqual({ epochs, batch_size, lr }, { epochs: 7, batch_size: 128, lr: 3e-4 });
});

test('what is not asked changes nothing', () => {
  assert.deepEqual(parsed([]), {});
});

test('an estimator without such a parameter says which it has', async () => {
  await assert.rejects(loadRecipe('gbdt-core15', [], parsed(['--epochs', '7'])), {
    code: 'RECIPE_INVALID',
    message: /train\.params\.epochs: no such parameter, known are rounds, .*got 7/,
  });
});

test('numbers that are none, and values out of range, are wrong use', async () => {
  for (const words of [
    ['--lr', 'fast'],
    ['--epochs', '0'],
    ['--batch-size', '1.5'],
  ]) {
    assert.throws(() => parsed(words), { code: 'commander.invalidArgument' });
  }
  await assert.rejects(loadRecipe('cnn-lstm-core15', [], parsed(['--lr', '-1'])), {
    code: 'RECIPE_INVALID',
    message: /train\.params\.lr/,
  });
});

function parsed(words: readonly string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addTrainingFlags(command);
  return trainingOverrides(command.parse(normaliseArguments(words).arguments, { from: 'user' }).opts());
}
