import assert from 'node:assert/strict';
import test from 'node:test';
import { parseHTML } from 'linkedom';
import type { Evidence } from '../../../contracts/evidence.ts';
import { composeCard } from '../../../evaluation/card/card.ts';
import type { CardMeta } from '../../../evaluation/card/document.ts';
import { cardMarkdown } from '../../../evaluation/card/markdown.ts';
import { cardPage } from '../../../evaluation/card/page.ts';
import { evidenceOf, factsOf, population, RECIPE, scoreInput } from '../facts.ts';
import { EVIDENCE, FULL, META } from './fixtures.ts';

function pageOf(meta: CardMeta, evidence: Evidence): string {
  return cardPage(composeCard(meta, evidence, []));
}

function figuresOf(page: string): string[] {
  return [...parseHTML(page).document.querySelectorAll('figure h3')].map(title => title.textContent ?? '');
}

test('the page has the sections of card.md, its tables, and a figure for each thing that is better seen', () => {
  const card = composeCard(META, FULL, []);
  const page = cardPage(card);
  const { document } = parseHTML(page);
  const markdown = cardMarkdown(card);
  assert.deepEqual(
    [...document.querySelectorAll('h2')].map(title => title.textContent),
    [...markdown.matchAll(/^## (.*)$/gm)].map(match => match[1]),
  );
  assert.equal(document.querySelectorAll('table').length, [...markdown.matchAll(/^\| (:?-+:?)/gm)].length);
  assert.deepEqual(figuresOf(page), [
    'How it did against the constant answer',
    'Calibration',
    'Confusion',
    'Equity after costs',
    'MCC by month',
    'Moves',
    'Log loss when shuffled',
    'Class balance',
    'What was used for what',
  ]);
  for (const svg of document.querySelectorAll('.chart svg'))
    assert.ok((svg.getAttribute('aria-label') ?? '').length > 10);
});

test('every number that a chart is made of is one', () => {
  for (const evidence of [FULL, evidenceOf(factsOf(scoreInput(population(100, 0))))]) {
    const page = pageOf(META, evidence).replace(/<script>.*?<\/script>/s, '');
    assert.doesNotMatch(page, /undefined|NaN|Infinity|\[object|>null</);
  }
});

test('evidence of earlier versions has fewer figures, and a card all the same', () => {
  const { reliability: _, equityCurve: __, stability: ___, sharpe: ____, ...earlier } = FULL;
  const figures = figuresOf(pageOf(META, earlier));
  assert.ok(figures.includes('Confusion'));
  for (const title of ['Calibration', 'Equity after costs', 'MCC by month'])
    assert.ok(!figures.includes(title), title);
});

test('each task has a page: a return has no class balance', () => {
  const veto: CardMeta = { ...META, task: 'approve2', classes: ['REJECT', 'APPROVE'] };
  assert.ok(pageOf(veto, EVIDENCE).includes('A veto on signals of others'));
  const figures = figuresOf(pageOf({ ...META, task: 'return', classes: [] }, EVIDENCE));
  assert.ok(!figures.includes('Class balance'));
  assert.ok(figures.includes('What was used for what'));
});

test('free text of a recipe and of an import stays text', () => {
  const recipe = { ...RECIPE, description: '<script>alert(1)</script> & <b>bold</b>' };
  const imported = { file: '<img src=x>.onnx', sha256: 'a'.repeat(64), trainedThroughTime: null };
  const { document } = parseHTML(pageOf({ ...META, recipe, imported }, EVIDENCE));
  assert.equal(document.querySelectorAll('script').length, 1);
  assert.equal(document.querySelectorAll('img, main b').length, 0);
  assert.ok(document.querySelector('.lead')!.textContent!.includes(recipe.description));
  assert.ok(document.querySelector('.notice.alarm')!.textContent!.includes(imported.file));
});

test('the same input gives the same bytes, whatever was drawn before', () => {
  assert.equal(pageOf(META, FULL), pageOf(structuredClone(META), structuredClone(FULL)));
});

test('a model that always answers the majority class is refused, and both cards say why in one sentence', () => {
  const rows = 4_500;
  const label = new Int8Array(rows).fill(1);
  // 100 of 4,500 rows are trades: 97.78 % are NO_TRADE.
  for (let row = 0; row < 100; row++) label[row * 45] = row % 2 === 0 ? 0 : 2;
  const answers = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row++) answers.set([0.01, 0.98, 0.01], row * 3);
  const evidence = evidenceOf(factsOf(scoreInput({ label, answers })));
  assert.equal(evidence.eligible, false);
  assert.equal(evidence.metrics.accuracy.toFixed(4), '0.9778');
  const why =
    'It always answers NO_TRADE, which is the majority class (97.8 % of the truth), so its accuracy of 97.8 % shows no skill.';
  const card = composeCard(META, evidence, []);
  assert.ok(cardMarkdown(card).includes(`It did not pass the gate. ${why}`));
  assert.match(cardMarkdown(card), /from another model would take is not known/);
  const { document } = parseHTML(cardPage(card));
  const notice = document.querySelector('.notice.alarm')!.textContent!;
  assert.ok(notice.startsWith(`It did not pass the gate. ${why}`), notice);
});
