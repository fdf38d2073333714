/** `GET /s3/params`: a form that takes a whole file. */
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import { begin } from '../upload/begin.ts';
import { isCounted } from '../policy/quota.ts';
import { waitUntilOf } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { LARGEST_PART_BYTES } from '../protocol/plan.ts';
import { secondsFor } from '../upload/requests.ts';
import { settingsOf, type Upload } from '../upload.ts';
import { FORM_PATH, TOKEN_FIELD } from './form.ts';
import { metadataOfQuery } from './metadata.ts';
import { refuse } from './refusal.ts';
import { draftUnsized } from './unsized.ts';

/**
 * The form comes to the Worker, which passes the file on. These clients name no checksum, so a form
 * of the store's would take other bytes in the place of a stored file until it expires: only an
 * operator who accepts that, by `FORMS=replaceable`, gets forms that go to the store, if it takes
 * them as these clients need it. Then nobody tells the Worker when a file has arrived, and the list
 * of uploads shows it once its time is over.
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
    // It ends with its form: what has not come by then will not come any more.
    const expiresAt = Math.floor(signer.now() / 1000) + expiresIn;
    // Asking for a form books nothing: what the owner may have is counted when it is used.
    const upload = await begin(
      signer,
      c,
      { ...draft, expiresAt },
      { kind: 'single', bytes: draft.bytes },
    );
    c.get('line')['upload'] = upload.id;
    const { strictForms, formETags } = signer.store.profile;
    const isItsOwn = !signer.keysMayMeet && upload.key === draft.key;
    // The store tells nobody that a form was used: where that counts, the form comes to the Worker.
    const direct =
      signer.forms === 'replaceable' && strictForms && formETags && isItsOwn && !isCounted(rules);
    if (direct) return c.json(await toStore(signer, c, upload, expiresIn));
    const base = address ?? c.req.url.replace(/\/s3\/params(\?.*)?$/, '');
    return c.json(await toWorker(signer, base, upload, expiresIn));
  };
}

/**
 * A GET that begins an upload: with a cookie, a link or an image on any other site would begin one.
 * Pages that may call send `Origin`, or are of the Worker's own.
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
    // No form can refuse to replace: under this key only its own file can lie.
    { ...settingsOf(upload), ifNoneMatch: false },
    { expiresIn: seconds, successStatus: 201 },
  );
  await signer.ledger.put({ state: 'open', upload }, waitUntilOf(c));
  const { url, fields } = request;
  return { method: 'POST', url, fields, expires: expiresIn };
}

async function toWorker(signer: Signer, base: string, upload: Upload, expires: number) {
  // The token comes first: nothing else of the form is read until it is found to be valid.
  const fields = { [TOKEN_FIELD]: await signer.tokens.seal(upload), key: upload.key };
  return { method: 'POST', url: base + FORM_PATH, fields, expires };
}
