/** Checks that the store refuses what a signature does not cover, for an object that is there. */
import type { Bucket } from '../../bucket.ts';
import { PART } from '../../cors/check-upload.ts';
import { createStore, type ObjectAttributes, type Store } from '../../../s3/store.ts';
import { fail, pass, warn, type Note } from '../finding.ts';
import { EXPIRES_IN_SECONDS, put, said, signPart, type Begun } from './one-byte.ts';
import { request, type TextAnswer } from '../request.ts';

/** More than a signature, or the policy of a form, allows. */
export const TWO_BYTES = new TextEncoder().encode('ss');

const EXPIRY_ADVICE =
  'check the clock of the store; if it is right, do not use this store: its URLs never expire';
/** A clock that is less than this behind is not mentioned, either. */
const EXPIRED_FOR_MS = 60_000;

/** Links: a signed one, one that has expired, and none at all. */
export async function checkReading(bucket: Bucket, key: string, note: Note): Promise<void> {
  const { store } = bucket;
  const { url } = await store.presignGet(key, { expiresIn: EXPIRES_IN_SECONDS });
  const read = await request(url);
  note(
    read?.ok === true && read.text.length === PART.length
      ? pass('links', 'a signed link reads the object')
      : fail('links', `a signed link is answered ${said(read)}`, 'allow the keys s3:GetObject'),
  );
  const anonymous = await request(url.slice(0, url.indexOf('?')));
  note(
    anonymous?.ok === true
      ? warn(
          'public access',
          'anybody can read objects whose key they know',
          'remove public read access, unless PUBLIC_URL is meant to lead here',
        )
      : pass('public access', 'objects cannot be read without a signature'),
  );
  const old = await expired(bucket).presignGet(key, { expiresIn: 1 });
  note(
    (await request(old.url))?.ok === true
      ? fail('expiry', 'a link works after it has expired', EXPIRY_ADVICE)
      : pass('expiry', 'a link that has expired is refused'),
  );
}

/** Sends a part to a URL that has expired. Where the store takes it, the part is the right one. */
export async function checkExpiry(bucket: Bucket, begun: Begun, note: Note): Promise<void> {
  const late = await put(await signPart({ ...bucket, store: expired(bucket) }, begun, 1));
  note(
    late?.ok === true
      ? fail('expiry', 'a part is stored after its URL has expired', EXPIRY_ADVICE)
      : pass('expiry', 'a part whose URL has expired is refused'),
  );
}

/** The store as it was used a minute ago, so that what it signs for a second is too old. */
function expired({ config }: Bucket): Store {
  return createStore({ ...config, now: () => Date.now() - EXPIRED_FOR_MS });
}

/** @param key of an object, which a part of `begun` must not become a copy of. */
export async function checkCopyGuard(
  bucket: Bucket,
  key: string,
  begun: Begun,
  note: Note,
): Promise<void> {
  const signed = await signPart(bucket, begun);
  const source = `/${bucket.name}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const copied = await put({
    ...signed,
    headers: { ...signed.headers, 'x-amz-copy-source': source },
  });
  const isCopy = copied?.ok === true && copied.text.includes('CopyPartResult');
  note(
    isCopy
      ? fail(
          'copy guard',
          'a caller can copy any object whose key they know',
          `set S3_PROFILE to the kind of this store, or to generic, and not to ${bucket.store.profile.name}`,
        )
      : pass('copy guard', 'a signed part cannot be made a copy of another object'),
  );
}

export async function checkForm(bucket: Bucket, key: string, note: Note): Promise<void> {
  const attributes: ObjectAttributes = { contentType: 'text/plain', mark: key, checksum: null };
  const presigned = await bucket.store.presignForm(key, PART.length, attributes, {
    expiresIn: EXPIRES_IN_SECONDS,
  });
  const post = (bytes: Uint8Array<ArrayBuffer>): Promise<TextAnswer | undefined> => {
    const form = new FormData();
    for (const [name, value] of Object.entries(presigned.request.fields ?? {}))
      form.append(name, value);
    form.append('file', new Blob([bytes]));
    return request(presigned.request.url, { method: 'POST', body: form });
  };
  const longer = await post(TWO_BYTES);
  const sent = await post(PART);
  const advice = 'set FORMS=off, or choose the S3_PROFILE of this store';
  if (sent?.ok !== true) note(fail('form POST', `a form is answered ${said(sent)}`, advice));
  else if (longer?.ok === true)
    note(fail('form POST', 'a form takes more bytes than its policy allows', advice));
  else note(pass('form POST', 'a form stores its file, and refuses a longer one'));
}
