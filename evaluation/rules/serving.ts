import type { GateSpec } from '../../contracts/recipe.ts';
import { type GateFacts, type GateRule, type Judgement, outcomeOf } from './rule.ts';

export const size: GateRule = {
  name: 'size',
  required: true,
  threshold: gate => `modelBytes <= ${gate.maxModelBytes}`,
  judge: judgeSize,
};

export const latency: GateRule = {
  name: 'latency',
  required: true,
  threshold: gate => `latencyMs <= ${gate.maxLatencyMs}`,
  judge: judgeLatency,
};

export const parity: GateRule = {
  name: 'parity',
  required: true,
  threshold: () => 'maxDifference <= tolerance and disagreements = 0',
  judge: judgeParity,
};

function judgeSize({ modelBytes }: GateFacts, gate: GateSpec): Judgement {
  return {
    outcome: outcomeOf([modelBytes <= gate.maxModelBytes]),
    numbers: { modelBytes },
    reason: `The model has ${modelBytes} bytes; ${gate.maxModelBytes} are allowed.`,
  };
}

/** Says on which side of the limit the time lies, not how long it was: what is judged is kept, what is measured is not. */
function judgeLatency({ latencyMs }: GateFacts, gate: GateSpec): Judgement {
  const isFast = latencyMs !== null && latencyMs <= gate.maxLatencyMs;
  return {
    outcome: outcomeOf([isFast]),
    numbers: { maxLatencyMs: gate.maxLatencyMs },
    reason: `A prediction takes ${isFast ? 'no more' : 'more'} than the ${gate.maxLatencyMs} ms that are allowed (median).`,
  };
}

function judgeParity({ parity }: GateFacts): Judgement {
  const { rows, maxDifference, tolerance, disagreements } = parity;
  return {
    outcome: outcomeOf([rows > 0 && maxDifference <= tolerance && disagreements === 0]),
    numbers: { rows, maxDifference, tolerance, disagreements },
    reason: `On ${rows} rows the exported model differs from the trained one by at most ${maxDifference.toExponential(1)} (${tolerance.toExponential(1)} allowed) and chooses another class on ${disagreements}.`,
  };
}
