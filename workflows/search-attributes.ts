import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { Series } from '../contracts/series.ts';

const SYMBOL = defineSearchAttributeKey('Symbol', SearchAttributeType.KEYWORD);
const TIMEFRAME = defineSearchAttributeKey('Timeframe', SearchAttributeType.KEYWORD);
const RECIPE = defineSearchAttributeKey('Recipe', SearchAttributeType.KEYWORD);
const ACCOUNT = defineSearchAttributeKey('Account', SearchAttributeType.KEYWORD);
const DECISION = defineSearchAttributeKey('Decision', SearchAttributeType.KEYWORD);

/** So that the Temporal UI can list the runs of a coin, a timeframe or a recipe. */
export function tagSeries(series: Series): void {
  upsertSearchAttributes([
    { key: SYMBOL, value: series.symbol },
    { key: TIMEFRAME, value: series.timeframe },
  ]);
}

export function tagRecipe(recipe: string): void {
  upsertSearchAttributes([{ key: RECIPE, value: recipe }]);
}

export function tagDecision(decision: string): void {
  upsertSearchAttributes([{ key: DECISION, value: decision }]);
}

export function tagAccount(account: string): void {
  upsertSearchAttributes([{ key: ACCOUNT, value: account }]);
}
