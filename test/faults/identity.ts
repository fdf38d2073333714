/** Identities of anonymous callers, signed as the Worker of the tests signs them. */
import { createHmac } from 'node:crypto';

export const TOKEN_SECRET = 'for-tests-only-and-not-a-secret-at-all';

/** What a caller sends as `Anonymous-Token`. */
export function identityOf(clientId: string): string {
  const key = createHmac('sha256', TOKEN_SECRET).update('s3-upload anonymous identity').digest();
  return `${clientId}.${createHmac('sha256', key).update(clientId).digest('hex').slice(0, 32)}`;
}
