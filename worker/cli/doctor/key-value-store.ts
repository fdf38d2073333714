/** Checks that the key-value store keeps what the Worker writes. */
import type { KV } from '../../ledger/kv.ts';
import { fail, pass, type Note } from './finding.ts';

const WHAT = 'key-value store';
/** Workers KV keeps nothing for less than a minute. */
const KEPT_SECONDS = 300;

/** It deletes what it has written. */
export async function checkKeyValueStore(kv: KV, note: Note): Promise<void> {
  if (typeof (kv as KV | undefined)?.list !== 'function') {
    const advice = 'add [[kv_namespaces]] binding = "UPLOADS" to wrangler.toml';
    note(fail(WHAT, 'UPLOADS is not bound, so the Worker cannot start', advice));
    return;
  }
  const key = `s3-upload-check/${crypto.randomUUID()}`;
  try {
    const expiration = Math.ceil(Date.now() / 1000) + KEPT_SECONDS;
    await kv.put(key, 'kept', { expiration });
    const value = await kv.get(key);
    await kv.list({ prefix: key });
    await kv.delete(key);
    note(
      value === 'kept'
        ? pass(WHAT, 'it keeps what is written')
        : fail(WHAT, 'it does not keep what is written', 'bind another namespace'),
    );
  } catch (error) {
    // Not its message, which may have the address and so the password of a database.
    const { name } = error as Error;
    note(fail(WHAT, `it cannot be used: ${name}`, 'check that it runs, and STATE_URL'));
  }
}
