import { InferenceSession } from 'onnxruntime-node';
import { invalidModel } from './invalid-model.ts';

/** One thread: with more, sums are taken in another order, and rows differ between batch sizes. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  // Refusals come back as errors; ONNX Runtime would print them too.
  logSeverityLevel: 4,
};

/**
 * Loads a graph whose operators and tensors were checked; whether it keeps the contract is not asked.
 * @throws AlphaloomError MODEL_INVALID (load)
 */
export async function loadGraph(bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, SESSION_OPTIONS);
  } catch (error) {
    throw invalidModel('load', `ONNX Runtime can’t load it: ${messageOf(error)}`, {}, error);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
