/** The contract by hand, for cases that no well-behaved page produces. */
import { randomBytes } from 'node:crypto';
import { identityOf } from './identity.ts';
import type { Created, CreateAnswer, FileEntry } from '../../worker/protocol.ts';

/** A UUIDv7, as the page makes them: RFC 9562, 5.7. */
export function newId(): string {
  const hex = Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
  const fixed = `${hex.slice(0, 12)}7${hex.slice(13, 16)}a${hex.slice(17)}`;
  return fixed.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Calls the Worker at `endpoint`; `token` is an upload's, `clientId` an anonymous caller's. */
export function call(
  endpoint: string,
  path: string,
  options: {
    method?: string;
    token?: string;
    clientId?: string;
    headers?: Readonly<Record<string, string>>;
    body?: unknown;
  } = {},
): Promise<Response> {
  const {
    method = options.body === undefined ? 'GET' : 'POST',
    token,
    clientId,
    headers,
    body,
  } = options;
  return fetch(endpoint + path, {
    method,
    headers: {
      ...headers,
      ...(token && { 'upload-token': token }),
      ...(clientId && { 'anonymous-token': identityOf(clientId) }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** @throws Error where the Worker refuses. */
export async function create(
  endpoint: string,
  file: FileEntry,
  clientId: string,
): Promise<Created> {
  const response = await call(endpoint, '/uploads', { clientId, body: { files: [file] } });
  const text = await response.text();
  const [slot] = (JSON.parse(text) as CreateAnswer).uploads ?? [];
  if (!slot || 'problem' in slot) throw new Error(`not created: ${text}`);
  return slot;
}
