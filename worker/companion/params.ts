/** `GET /s3/params`: a form for a whole file. */
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import { beginUpload } from '../upload/create/begin.ts';
import { isCounted } from '../policy/quota.ts';
import { waitUntilOf } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { LARGEST_PART_BYTES } from '../protocol/plan.ts';
import { secondsFor } from '../upload/sign-parts.ts';
import { attributesOf, type Upload } from '../upload/upload.ts';
import { FORM_PATH, TOKEN_FIELD } from './forms/form.ts';
import { metadataOfQuery } from '../object/metadata.ts';
import { refuse } from './refusal.ts';
import { draftUnsized } from '../upload/create/unsized.ts';

/**
 * The form goes to the Worker, which passes the file on. These clients send no checksum, so a form
 * for the store itself could replace a stored file by other bytes until the form expires. Only if
 * the operator accepts that (`FORMS=replaceable`), and the store accepts forms as these clients
 * need them, do clients get forms for the store. The Worker is then not told when a file has
 * arrived, and lists the upload only once its time is up.
 */
export function paramsRoute(signer: Signer, address?: string): SignerHandler {
  return async (c) => {
    assertWanted(c);
    const { filename, type = '', ...query } = c.req.query();
    if (!filename) {
      return refuse(
        's3: the "filename" query parameter is required and must be a non-empty string',
      );
    }
    const file = { name: filename, type, metadata: metadataOfQuery(query) };
    const { draft, rules } = await draftUnsized(signer, c, file, LARGEST_PART_BYTES);
    const expiresIn = secondsFor(signer, draft);
    // The upload expires with its form: a file cannot arrive later.
    const expiresAt = Math.floor(signer.now() / 1000) + expiresIn;
    // Asking for a form reserves nothing: the owner's limits are checked when the form is used.
    const upload = await beginUpload(
      signer,
      c,
      { ...draft, expiresAt },
      { kind: 'single', bytes: draft.bytes },
    );
    c.get('line')['upload'] = upload.id;
    const { strictForms, formETags } = signer.store.profile;
    const isItsOwn = !signer.keysMayMeet && upload.key === draft.key;
    // The store does not tell anybody that a form was used. If that has to be counted, the form
    // goes to the Worker.
    const direct =
      signer.forms === 'replaceable' && strictForms && formETags && isItsOwn && !isCounted(rules);
    if (direct) return c.json(await toStore(signer, c, upload, expiresIn));
    const base = address ?? c.req.url.replace(/\/s3\/params(\?.*)?$/, '');
    return c.json(await toWorker(signer, base, upload, expiresIn));
  };
}

/**
 * This is a GET that begins an upload. With a cookie, a link or an image on any other site would
 * begin one. Pages of allowed origins send `Origin`, or are the Worker's own.
 */
function assertWanted(c: SignerContext): void {
  const { byCookie } = c.get('caller');
  if (!byCookie || c.req.header('origin') || c.req.header('sec-fetch-site') === 'same-origin') {
    return;
  }
  throw new ProblemError(
    'forbidden',
    'Cookie-authenticated requests must come from an allowed origin.',
  );
}

async function toStore(signer: Signer, c: SignerContext, upload: Upload, seconds: number) {
  const { bytes, key, unsized } = upload;
  const { request, expiresIn } = await signer.store.presignForm(
    key,
    { min: unsized?.minBytes ?? 0, max: bytes },
    // A form cannot refuse to replace an object. Only this upload's own file can be stored under
    // this key.
    { ...attributesOf(upload), ifNoneMatch: false },
    { expiresIn: seconds, successStatus: 201 },
  );
  await signer.ledger.put({ state: 'open', upload }, waitUntilOf(c));
  const { url, fields } = request;
  return { method: 'POST', url, fields, expires: expiresIn };
}

async function toWorker(signer: Signer, base: string, upload: Upload, expires: number) {
  // The token comes first: the rest of the form is read only once the token is found to be valid.
  const fields = { [TOKEN_FIELD]: await signer.tokens.seal(upload), key: upload.key };
  return { method: 'POST', url: base + FORM_PATH, fields, expires };
}
