import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: each channel's document has its own shape
  readonly body: any;
}

export interface Receiver {
  readonly address: string;
  readonly port: number;
  readonly received: readonly Received[];
}

type Answer = (response: ServerResponse, count: number) => void;

/** An HTTP server that keeps what it is sent, and answers as told (200 by default; `count` from 1). */
export async function httpReceiver(
  t: TestContext,
  answer: Answer = response => response.writeHead(200).end('ok'),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    received.push({ path: request.url!, headers: request.headers, body });
    answer(response, received.length);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, port, received };
}

export interface MailReceiver {
  readonly port: number;
  readonly mails: readonly string[];
}

/** A mail server without TLS that keeps what it is sent. */
export async function mailReceiver(
  t: TestContext,
  options: Partial<SMTPServerOptions> = {},
): Promise<MailReceiver> {
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    closeTimeout: 100,
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', chunk => {
        text += chunk;
      });
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
    ...options,
  });
  server.server.on('connection', socket => sockets.add(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>(resolve => server.close(() => resolve()));
  });
  return { port: (server.server.address() as AddressInfo).port, mails };
}
