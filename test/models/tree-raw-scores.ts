import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../../models/onnx/schema.ts';
import type { ScoreGraph } from '../../models/onnx/score-graph.ts';

/** What a score graph answers to rows `[rows, features]` of one bar each, before any head: float32 `[rows, outputs]`. */
export async function rawScores(graph: ScoreGraph, x: Float32Array, rows: number): Promise<Float32Array> {
  const floats = (name: string) => ({ name, type: { tensorType: { elemType: 1 } } });
  const bytes = encodeModel({
    irVersion: 8,
    opsetImport: [
      { domain: '', version: graph.opset },
      { domain: 'ai.onnx.ml', version: graph.mlOpset ?? 3 },
    ],
    graph: {
      name: 'scores',
      node: [...graph.nodes],
      initializer: [...graph.initializers],
      input: [floats('window')],
      output: [floats(graph.scores)],
    },
  });
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  try {
    const window = new Tensor('float32', x, [rows, 1, x.length / rows]);
    return (await session.run({ window }))[graph.scores].data as Float32Array;
  } finally {
    await session.release();
  }
}
