/** The sink over HTTP/2, with TLS and a certificate that nobody has signed. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CORS, type Traffic } from './http.ts';
import { stored, type Sink, type SinkCounts } from './sink.ts';

/** Window of each stream and of the connection: no line here has more in flight. */
const WINDOW_BYTES = 16 * 2 ** 20;

/** Starts one host. */
export async function startHttp2Sink(
  address = '127.0.0.1',
  traffic?: Traffic,
): Promise<Pick<Sink, 'url' | 'counts'>> {
  const counts: SinkCounts = { requests: 0, bytes: 0 };
  const server = createSecureServer({
    ...selfSigned(),
    settings: { initialWindowSize: WINDOW_BYTES },
  });
  server.on('session', (session) => session.setLocalWindowSize(WINDOW_BYTES));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => stream.destroy());
    const isPreflight = headers[':method'] === 'OPTIONS';
    if (traffic) traffic[isPreflight ? 'preflights' : 'requests'] += 1;
    if (!isPreflight) {
      counts.requests += 1;
      counts.firstAt ??= performance.timeOrigin + performance.now();
    }
    stream.on('data', (chunk: Buffer) => (counts.bytes += chunk.length));
    stream.once('end', () => {
      const { status, head, body } = answerTo(headers);
      stream.respond({ ':status': status, ...head });
      stream.end(body);
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  return { url: `https://${address}:${(server.address() as AddressInfo).port}`, counts };
}

function answerTo(asked: IncomingHttpHeaders) {
  const method = asked[':method'] ?? '';
  const headers = new Map(Object.entries(asked).map(([name, value]) => [name, String(value)]));
  const wanted = headers.get('access-control-request-headers');
  const cors = { ...CORS, ...(wanted && { 'access-control-allow-headers': wanted }) };
  if (method === 'OPTIONS') return { status: 204, head: cors, body: '' };
  const answer = stored({ method, target: asked[':path'] ?? '/', headers });
  return { status: answer.status, head: { ...cors, ...answer.headers }, body: answer.body ?? '' };
}

function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), 's3-upload-bench-tls-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  try {
    const elliptic = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
    const words = `req -x509 ${elliptic} -subj /CN=bench -days 2 -keyout ${key} -out ${cert}`;
    execFileSync('openssl', words.split(' '), { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
