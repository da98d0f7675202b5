import type { Prediction, PredictionSource } from '../contracts/prediction.ts';
import { asAlphaloomError } from './champions.ts';
import { describeHold, describeRuleAnswer, type ModelAnswer, type Moment } from './prediction-json.ts';
import { RULES } from './rules/index.ts';
import { answerByRule, type Rule } from './rules/rule.ts';

/** What is asked of the chain. */
export interface Question<Answer> {
  readonly moment: Moment;
  /** Asks the models; null where none answers. */
  askModels(): Promise<ModelAnswer | null>;
  modelled(answer: ModelAnswer): Answer | Promise<Answer>;
  unmodelled(prediction: Prediction): Answer;
}

interface Level {
  readonly source: PredictionSource;
  /** Null where it has left its reasons already; what it throws is a reason too. */
  answer<Answer>(question: Question<Answer>): Promise<Answer | null> | Answer;
}

/** The fallback chain: each level answers, or leaves its reason and the word to the next; the last always answers. */
export const CHAIN: readonly Level[] = [
  { source: 'ML_PER_COIN_V1', answer: askModels },
  ...RULES.map(ruleLevel),
  { source: 'HOLD', answer: ({ moment, unmodelled }) => unmodelled(describeHold(moment)) },
];

async function askModels<Answer>({ askModels, modelled }: Question<Answer>): Promise<Answer | null> {
  const answer = await askModels();
  return answer && modelled(answer);
}

function ruleLevel(rule: Rule): Level {
  return {
    source: rule.source,
    answer({ moment, unmodelled }) {
      const { series, view } = moment;
      const answer = answerByRule(rule, view.newest(rule.bars), series.timeframe);
      return unmodelled(describeRuleAnswer(rule.source, answer, moment));
    },
  };
}

/** The first level's answer that has one, with what kept those before it from answering in its reasons. */
export async function askChain<Answer>(question: Question<Answer>): Promise<Answer> {
  const { reasons } = question.moment;
  for (const { source, answer } of CHAIN) {
    try {
      const given = await answer(question);
      if (given !== null) return given;
    } catch (error) {
      const { code, message } = asAlphaloomError(error);
      reasons.push(`${source}: ${code}: ${message}`);
    }
  }
  throw new RangeError('The last level of the chain did not answer.');
}
