/**
 * `POST /s3/form`: a form that goes through the Worker, for stores that accept none (R2, B2,
 * Swift).
 */
import {
  outliving,
  waitUntilOf,
  type Signer,
  type SignerContext,
  type SignerHandler,
} from '../../context.ts';
import { rulesForCompletion } from '../../upload/access.ts';
import { withLength } from '../../http/fixed-length.ts';
import { callsOf } from '../../http/identify.ts';
import { finishUpload } from '../../upload/complete/finish.ts';
import { giveBackRoom, quotaOf } from '../../policy/quota.ts';
import { ProblemError } from '../../problem.ts';
import { keyTaken } from '../../refusals.ts';
import { isStoreError } from '../../s3/requests/errors.ts';
import type { StoredObject } from '../../s3/store.ts';
import { asProblem, lineOf } from '../../http/as-problem.ts';
import { findObject } from '../../upload/stored.ts';
import { attributesOf, withSize, type Upload } from '../../upload/upload.ts';
import { FormReader, type Form } from '../../http/form-data.ts';
import { locationOf } from '../location.ts';
import { answerRefusal } from '../refusal.ts';

export const FORM_PATH = '/s3/form';
export const TOKEN_FIELD = 'upload-token';

/**
 * Mount this before callers are identified: like a form of the store itself, it is authorised by
 * what is sealed in it, for one file under one key, until it expires. The file is streamed on as it
 * arrives, up to Cloudflare's limit: 100 MB on the Free and Pro plans
 * (https://developers.cloudflare.com/workers/platform/limits/#request-limits). These clients send
 * larger files in parts.
 */
export function formRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const reader = new FormReader(c.req.raw);
    try {
      const { opened, form } = await reader.read(TOKEN_FIELD, (token) => signer.tokens.open(token));
      const upload = await uploadOf(signer, c, opened, form);
      // Otherwise the room of a file whose client goes away would stay taken.
      return await outliving(waitUntilOf(c), store(signer, c, upload, form));
    } catch (thrown) {
      const error = asProblem(c.get('log'), thrown);
      Object.assign(c.get('line'), lineOf(error));
      return answerRefusal(c, error.problem);
    } finally {
      await reader.drain();
    }
  };
}

async function uploadOf(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  { fields, bytes }: Form,
): Promise<Upload> {
  const { unsized } = upload;
  if (!unsized || upload.multipart || fields.get('key') !== upload.key) {
    throw new ProblemError('forbidden', 'The form is not one that was handed out here.');
  }
  const { owner, anonymous, grant } = upload;
  const caller = {
    owner,
    ...(anonymous && { anonymous }),
    ...(grant !== undefined && { grant }),
  };
  c.set('caller', caller);
  const countCalls = await callsOf(signer, c, caller);
  await countCalls(1);
  // Asking for a form reserves nothing: the owner's limits are checked when the form is used.
  c.set('quota', quotaOf(signer, caller));
  c.set('rules', {
    ...signer.rules,
    ...unsized.limits,
    minBytes: unsized.minBytes,
    maxBytes: upload.bytes,
  });
  c.get('line')['upload'] = upload.id;
  const resized = withSize(upload, bytes);
  await rulesForCompletion(signer, c, resized);
  return resized;
}

async function store(
  signer: Signer,
  c: SignerContext,
  upload: Upload,
  form: Form,
): Promise<Response> {
  const object = await storedObject(signer, upload, form).catch(async (error: unknown) => {
    // What may have arrived although the answer was lost keeps its room.
    const isStored = await findObject(signer, upload).catch(() => true);
    if (!isStored) await giveBackRoom(signer, upload);
    throw error;
  });
  const entry = await signer.ledger.get(upload.owner, upload.id);
  await finishUpload(signer, waitUntilOf(c), upload, object, entry);
  return c.body(null, 201, {
    etag: `"${object.etag}"`,
    location: await locationOf(signer.store, upload.key),
  });
}

/** Passes the file on. @throws ProblemError `conflict` for a key that is taken, or what the store says. */
async function storedObject(
  signer: Signer,
  upload: Upload,
  { chunks }: Form,
): Promise<StoredObject> {
  const { bytes, key } = upload;
  const { conditionalPut } = signer.store.profile;
  // Look first if the store cannot refuse to replace an object.
  const existing = conditionalPut ? undefined : await signer.store.head(key);
  try {
    if (!existing)
      await withLength(bytes, chunks, (body) =>
        signer.store.sendObject(
          key,
          bytes,
          { ...attributesOf(upload), ifNoneMatch: true },
          undefined,
          body,
        ),
      );
  } catch (error) {
    // The file was sent again after a lost answer, and has already arrived.
    if (!isStoreError(error, 'exists')) throw error;
  }
  const object = await findObject(signer, upload);
  if (!object) throw keyTaken();
  return object;
}
