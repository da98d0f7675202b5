import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** What the server does with a request. */
export type Behaviour = (request: Asked, response: ServerResponse) => void;

export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: what was sent is looked at as it came
  readonly body: any;
}

export interface LoopbackLlm {
  /** Base of the API. */
  readonly endpoint: string;
  /** Every request that came, the oldest first. */
  readonly requests: Asked[];
  behaviour: Behaviour;
}

/** A server on loopback that speaks OpenAI's chat completions, well or badly. */
export async function startLlm(t: TestContext, behaviour: Behaviour): Promise<LoopbackLlm> {
  const server = createServer(async (incoming, response) => {
    const asked = await read(incoming);
    llm.requests.push(asked);
    llm.behaviour(asked, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const llm: LoopbackLlm = { endpoint: `http://127.0.0.1:${port}/v1`, requests: [], behaviour };
  return llm;
}

async function read(incoming: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return {
    path: incoming.url ?? '',
    authorization: incoming.headers.authorization,
    body: text === '' ? null : JSON.parse(text),
  };
}

/** A chat completion whose message is `content`. */
export function completion(content: string | null, message: object = {}, choice: object = {}): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'loopback',
    choices: [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content, ...message }, ...choice },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
}

export function verdict(
  said: 'approve' | 'reject' | 'abstain',
  confidence: number,
  ...reasons: readonly string[]
): string {
  return JSON.stringify({ verdict: said, confidence, reasons });
}

export function answers(body: string, status = 200, type = 'application/json'): Behaviour {
  return (_, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };
}

export const says = (content: string): Behaviour => answers(completion(content));

/** Never says anything. */
export const silence: Behaviour = () => {};

/** Begins to answer and never ends. */
export function stalls(body: string): Behaviour {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.write(body.slice(0, body.length - 5));
  };
}

/** Ends the connection, after the beginning of an answer or before it. */
export function hangsUp(begin = ''): Behaviour {
  return (_, response) => {
    if (begin === '') {
      response.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': begin.length + 100 });
    response.write(begin, () => response.destroy());
  };
}
