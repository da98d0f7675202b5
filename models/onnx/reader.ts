import { open } from 'node:fs/promises';
import { answerWidth } from '../../contracts/tasks.ts';
import { ALLOWED_OPERATORS } from './allowed-operators.ts';
import { type ModelContract, readContract, readServing, requireSignature, type Serving } from './contract.ts';
import { requireSoundEnsembles } from './ensemble-checks.ts';
import { requirePlainGraph } from './graph-checks.ts';
import { invalidModel } from './invalid-model.ts';
import type { ModelProto } from './messages.ts';
import { requireSoundQuantization } from './quantization-checks.ts';
import { decodeModel } from './schema.ts';

export interface ModelLimits {
  readonly maxBytes: number;
}

/** What a file that keeps the contract says of itself. */
export interface ModelInfo extends ModelContract {
  /** Sorted, each once. */
  readonly operators: readonly string[];
  readonly bytes: number;
  readonly serving: Serving;
}

/**
 * Checks a model file against the contract without running anything of it.
 * @throws AlphaloomError MODEL_INVALID, whose `details.reason` is one of INVALID_MODEL_REASONS
 */
export async function readModelFile(path: string, limits: ModelLimits): Promise<ModelInfo> {
  return checkModel(await readModelBytes(path, limits), limits);
}

/** Bytes of a file that is not larger than allowed, whatever it becomes while it is read. */
export async function readModelBytes(path: string, { maxBytes }: ModelLimits): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    requireSize(size, maxBytes);
    const buffer = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(buffer, filled, size - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** As `readModelFile`, on bytes at hand. */
export function checkModel(bytes: Uint8Array, { maxBytes }: ModelLimits): ModelInfo {
  requireSize(bytes.length, maxBytes);
  const model = decode(bytes);
  if (!model.graph) throw invalidModel('format', 'it holds no graph');
  const operators = requirePlainGraph(model, model.graph, ALLOWED_OPERATORS);
  requireSoundQuantization(model.graph);
  const contract = readContract(model.metadataProps ?? []);
  requireSignature(model.graph, contract);
  requireSoundEnsembles(model.graph, contract.featureNames.length, answerWidth(contract.task));
  return { ...contract, operators, bytes: bytes.length, serving: readServing(model.metadataProps ?? []) };
}

function requireSize(bytes: number, maxBytes: number): void {
  if (bytes > 0 && bytes <= maxBytes) return;
  throw invalidModel('size', bytes === 0 ? 'it is empty' : `it has ${bytes} bytes, allowed are ${maxBytes}`, {
    bytes,
    maxBytes,
  });
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return decodeModel(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw invalidModel('format', `it is truncated or not an ONNX file (${why})`, {}, error);
  }
}
