/**
 * Says what a bucket on Cloudflare R2 really does, where the profile follows the documentation alone:
 * checksums of whole files, temporary keys, forms, and parts that come after Complete.
 */
import type { Bucket } from '../../bucket.ts';
import { hashOf, PART } from '../../cors/check-upload.ts';
import { isStoreError, type StoreError } from '../../../s3/requests/errors.ts';
import { r2Session } from '../../../s3/signing/r2-session.ts';
import { createStore, type CompleteRequest } from '../../../s3/store.ts';
import { fail, pass, warn, type Finding, type Note } from '../finding.ts';
import {
  attributesOf,
  completeRequest,
  EXPIRES_IN_SECONDS,
  put,
  said,
  signPart,
  type Begun,
} from './one-byte.ts';
import { request } from '../request.ts';

const SESSION_SECONDS = 900;
const WHOLE = 'whole checksum';
const KEYS = 'temporary keys';

/**
 * Checks with the keys of the settings themselves, and removes everything that it stores. Refusals of
 * these keys are left to the checks that follow.
 *
 * @returns the bucket with the checksum that the Worker will use there.
 */
export async function checkR2(bucket: Bucket, note: Note): Promise<Bucket> {
  const begun: Begun[] = [];
  const begin = async (inBucket: Bucket): Promise<Begun> => {
    const key = bucket.freshKey();
    const { uploadId } = await inBucket.store.createMultipart(key, attributesOf(inBucket, key));
    begun.push({ key, uploadId });
    return { key, uploadId };
  };
  const own = { ...bucket, store: createStore(bucket.config) };
  let used: Bucket = own;
  try {
    used = await checkBegin(own, begin, note);
    await checkWhole(used, begin, note);
    await checkLateParts(used, await begin(used), note);
    await checkForms(used, note);
    await checkSession(used, begin, note);
  } catch (error) {
    if (!isStoreError(error)) throw error;
  } finally {
    await cleanUp(own, begun);
  }
  return { ...bucket, checksum: used.checksum };
}

type Begin = (bucket: Bucket) => Promise<Begun>;

async function checkBegin(bucket: Bucket, begin: Begin, note: Note): Promise<Bucket> {
  const { checksum, fallbackChecksum } = bucket;
  if (fallbackChecksum === null) return bucket;
  try {
    await begin(bucket);
    return bucket;
  } catch (error) {
    if (!isStoreError(error, 'unsupported') && !isStoreError(error, 'rejected')) throw error;
    const used = { ...bucket, checksum: fallbackChecksum };
    await begin(used); // otherwise it is not the checksum that is refused
    const detail = `the bucket refuses ${checksum} (${error.code}), so parts have ${fallbackChecksum}`;
    note(warn(WHOLE, detail, `set CHECKSUM=${fallbackChecksum}, which spares every Worker a try`));
    return used;
  }
}

/** Whether the store compares the checksum of the whole object, and shows it. */
async function checkWhole(bucket: Bucket, begin: Begin, note: Note): Promise<void> {
  const { store, checksum } = bucket;
  if (checksum === null || !store.profile.fullObjectChecksums.includes(checksum)) return;
  const advice = 'set CHECKSUM=crc32c';
  const complete = async (value: string | undefined): Promise<StoreError | string> => {
    const { key, uploadId } = await begin(bucket);
    const sent = await put(await signPart(bucket, { key, uploadId }));
    if (sent?.ok !== true) return `a part with its ${checksum} is answered ${said(sent)}`;
    const body: CompleteRequest = { ...completeRequest(bucket, sent), checksum: value };
    try {
      await store.completeMultipart(key, uploadId, body);
      return (await store.head(key))?.checksums[checksum] ?? 'HEAD does not show it';
    } catch (error) {
      if (isStoreError(error)) return error;
      throw error;
    }
  };
  const right = hashOf(checksum);
  const kept = await complete(right);
  const wrong = await complete(`${right?.startsWith('A') === true ? 'B' : 'A'}${right?.slice(1)}`);
  if (kept !== right) {
    const answer = typeof kept === 'string' ? kept : `Complete is answered ${kept.code}`;
    note(fail(WHOLE, `${checksum} does not work: ${answer}`, advice));
  } else if (isStoreError(wrong)) {
    note(pass(WHOLE, `a file whose ${checksum} is wrong is refused (${wrong.code})`));
  } else note(fail(WHOLE, `the bucket keeps a file whose ${checksum} is wrong`, advice));
}

/** What the Worker does not rely on: it signs nothing for a finished file in either case. */
async function checkLateParts(bucket: Bucket, begun: Begun, note: Note): Promise<void> {
  const { store } = bucket;
  const signed = await signPart(bucket, begun);
  const sent = await put(signed);
  if (sent?.ok !== true) return;
  await store.completeMultipart(begun.key, begun.uploadId, completeRequest(bucket, sent));
  const late = await put(signed);
  const answer = late?.ok === true ? 'is still accepted' : `is answered ${said(late)}`;
  note(pass('late parts', `a part that comes after Complete ${answer}`));
}

/** https://developers.cloudflare.com/r2/api/s3/presigned-urls/ says that there are none. */
async function checkForms(bucket: Bucket, note: Note): Promise<void> {
  const { config } = bucket;
  const able = createStore({ ...config, profile: { ...config.profile, postPolicy: true } });
  const key = bucket.freshKey();
  const attributes = { ...attributesOf(bucket, key), checksum: null };
  const { request: form } = await able.presignForm(key, PART.length, attributes, {
    expiresIn: EXPIRES_IN_SECONDS,
  });
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields ?? {})) body.append(name, value);
  body.append('file', new Blob([PART]));
  const sent = await request(form.url, { method: 'POST', body });
  if (sent?.ok === true) await able.remove(key);
  const answer = sent?.ok === true ? 'stored its file' : `is answered ${said(sent)}`;
  note(pass('form POST', `a form ${answer}; on R2 the Worker does not use any`));
}

/** Whether keys that are signed here work in headers and in URLs, and only below their prefix. */
async function checkSession(bucket: Bucket, begin: Begin, note: Note): Promise<void> {
  const credentials = await bucket.config.credentials.get();
  const { hostname } = new URL(bucket.endpoint.replace('{bucket}.', ''));
  if (credentials.sessionToken !== undefined || !/^[0-9a-f]{32}\./.test(hostname)) return;
  const inside = bucket.freshKey().replace(/[^/]*$/, '');
  const limitedTo = (prefix: string): Bucket => {
    const session = r2Session({
      endpoint: `https://${hostname}`,
      bucket: bucket.name,
      prefix,
      credentials,
      sessionSeconds: SESSION_SECONDS,
    });
    return { ...bucket, store: createStore({ ...bucket.config, credentials: session }) };
  };
  note(await sessionFinding(limitedTo(inside), limitedTo(`${inside}elsewhere/`), begin));
}

async function sessionFinding(inside: Bucket, outside: Bucket, begin: Begin): Promise<Finding> {
  const advice = 'do not set S3_R2_SESSION';
  try {
    const sent = await put(await signPart(inside, await begin(inside)));
    if (sent?.ok !== true) {
      return warn(KEYS, `a URL that they sign is answered ${said(sent)}`, advice);
    }
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return warn(KEYS, `${error.operation} with them is answered ${error.code}`, advice);
  }
  try {
    await begin(outside);
    return warn(KEYS, 'they work, but outside of their prefix, too', advice);
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return pass(KEYS, `they work below their prefix only: S3_R2_SESSION can be set`);
  }
}

async function cleanUp({ store }: Bucket, begun: readonly Begun[]): Promise<void> {
  for (const { key, uploadId } of begun) {
    try {
      await store.abortMultipart(key, uploadId);
      await store.remove(key);
    } catch (error) {
      if (!isStoreError(error)) throw error;
    }
  }
}
