/**
 * Passes requests on to a real S3 server and back, and does to some of them what networks and
 * servers do: what no proxy of connections can, since it looks at requests.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is done to one request. */
export type Fault =
  /** Is answered with this status and never reaches the server. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  /** Reaches the server, and the connection breaks before its answer. */
  | { readonly kind: 'answer lost' }
  /** Its body reaches the server with another byte in it. */
  | { readonly kind: 'body damaged' }
  /** Half of its body reaches the server, and both connections break. */
  | { readonly kind: 'body cut' }
  /** Half of the answer's body comes back, and the connection breaks. */
  | { readonly kind: 'answer cut' }
  /** The answer is that to a request for the first byte. */
  | { readonly kind: 'first byte answered' }
  /** Where the server says that another one won, the answer says that this one did. */
  | { readonly kind: 'winner claimed' };

/** A request as faults are chosen by it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly isConditional: boolean;
}

export interface FaultProxy {
  readonly endpoint: string;
  /** Says what is done to a request; undefined: nothing. */
  choose: (request: SeenRequest) => Fault | undefined;
  /** All requests so far. */
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

export const refused = (status: number, code: string): Fault => ({ kind: 'refused', status, code });

/** The fault for the first `times` requests that are meant, and none afterwards. */
export function times(count: number, fault: Fault, isMeant: (request: SeenRequest) => boolean = () => true) {
  let left = count;
  return (seen: SeenRequest): Fault | undefined => (isMeant(seen) && left-- > 0 ? fault : undefined);
}

/** Listens on a free port of the loopback address. */
export async function openFaultProxy(target: string): Promise<FaultProxy> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, answer) => {
    const { method = '', url = '', headers } = incoming;
    const each = { method, path: url, isConditional: headers['if-none-match'] !== undefined };
    seen.push(each);
    pass({ incoming, answer, target, fault: proxy.choose(each) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    choose: () => undefined,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

interface Passage {
  readonly incoming: IncomingMessage;
  readonly answer: ServerResponse;
  readonly target: string;
  readonly fault: Fault | undefined;
}

function pass({ incoming, answer, target, fault }: Passage): void {
  const broken = () => incoming.socket.destroy();
  incoming.on('error', broken);
  answer.on('error', broken);
  if (fault?.kind === 'refused') {
    incoming.resume();
    incoming.on('end', () => {
      answer.writeHead(fault.status, { 'content-type': 'application/xml' });
      answer.end(`<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>planted</Message></Error>`);
    });
    return;
  }
  const { hostname, port } = new URL(target);
  // The signature is over the headers, so they go on as they are.
  const onward = request({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers });
  onward.on('error', broken);
  onward.on('response', (reply) => {
    reply.on('error', broken);
    returnAnswer(reply, answer, fault);
  });
  sendBody(incoming, onward, fault);
}

function sendBody(incoming: IncomingMessage, onward: ReturnType<typeof request>, fault: Fault | undefined): void {
  if (fault?.kind !== 'body damaged' && fault?.kind !== 'body cut') return void incoming.pipe(onward);
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const body = Buffer.concat(chunks);
    if (fault.kind === 'body damaged') {
      if (body.length > 0) body[body.length >> 1]! ^= 1;
      onward.end(body);
    } else {
      onward.write(body.subarray(0, body.length >> 1), () => {
        onward.destroy();
        incoming.socket.destroy();
      });
    }
  });
}

function returnAnswer(reply: IncomingMessage, answer: ServerResponse, fault: Fault | undefined): void {
  const { statusCode = 500, headers } = reply;
  if (fault?.kind === 'winner claimed' && statusCode === 412) {
    reply.resume();
    answer.writeHead(200, { etag: '"planted"' });
    answer.end();
    return;
  }
  if (fault === undefined || !['answer lost', 'answer cut', 'first byte answered'].includes(fault.kind)) {
    answer.writeHead(statusCode, headers);
    reply.pipe(answer);
    return;
  }
  const chunks: Buffer[] = [];
  reply.on('data', (chunk: Buffer) => chunks.push(chunk));
  reply.on('end', () => {
    const body = Buffer.concat(chunks);
    if (fault.kind === 'answer lost') return void answer.destroy();
    if (fault.kind === 'first byte answered') {
      answer.writeHead(206, { ...headers, 'content-length': '1', 'content-range': `bytes 0-0/${body.length}` });
      answer.end(body.subarray(0, 1));
      return;
    }
    answer.writeHead(statusCode, headers);
    answer.write(body.subarray(0, body.length >> 1), () => answer.destroy());
  });
}
