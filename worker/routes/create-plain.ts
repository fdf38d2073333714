/**
 * `POST /uploads` with a form-encoded body, for the smallest clients: one file, and one URL that takes
 * it by PUT.
 *
 *     curl -u backup:… -d name=report.pdf -d bytes=1234 https://uploads.example.com/uploads
 */
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import { isForm, parse, readForm } from '../http/body.ts';
import { ProblemError } from '../problem.ts';
import { LARGEST_PART_BYTES, uuidv7, type PlainCreated } from '../protocol.ts';
import { PATHS } from '../protocol/paths.ts';
import { PlainCreateBody } from '../protocol/schemas.ts';
import { idOfAnotherFile } from '../refusals.ts';
import { rulesFor } from '../upload/access.ts';
import { checkName, draftOf } from '../upload/create/draft.ts';
import { beginWithinLimits } from '../upload/create/reserve.ts';
import { signParts } from '../upload/sign-parts.ts';

/** Leaves bodies of other types to the next route. */
export function createPlainRoute(signer: Signer): SignerHandler {
  return async (c, next) => {
    if (!isForm(c.req.raw)) return next();
    // A page of another site can send such a form without a preflight, with the browser's cookies.
    if (c.get('caller').byCookie) {
      throw new ProblemError('invalid_request', 'The body must be sent as application/json.');
    }
    const file = parse(PlainCreateBody, await readForm(c.req.raw));
    return c.json<PlainCreated>(await createPlain(signer, c, file), 201);
  };
}

async function createPlain(
  signer: Signer,
  c: SignerContext,
  { size, ...body }: PlainCreateBody,
): Promise<PlainCreated> {
  checkName(body.name, 'name');
  const bytes = body.bytes ?? size;
  if (bytes === undefined) {
    throw new ProblemError('invalid_request', 'The size of the file in bytes is missing.', {
      field: 'bytes',
    });
  }
  const file = { ...body, id: body.id ?? uuidv7(), type: body.type ?? '', bytes };
  // The answer to a repeated Create belongs to the JSON contract; here nothing is written over.
  if (body.id !== undefined && (await signer.ledger.get(c.get('caller').owner, body.id))) {
    throw idOfAnotherFile('id');
  }
  const rules = await rulesFor(signer, c, file, 'create');
  const most = Math.min(signer.store.profile.maxObjectBytes, LARGEST_PART_BYTES);
  if (bytes > most) {
    const detail = `One request takes at most ${most} bytes: send JSON, to upload in parts.`;
    throw new ProblemError('too_large', detail, { field: 'bytes' });
  }
  const plan = { kind: 'single', bytes } as const;
  const draft = await draftOf(signer, c, rules, plan, file, '');
  // These clients compute no checksum, and PUT cannot send a form.
  const wanted = { ...draft, checksum: null, object: { ...draft.object, ifNoneMatch: true } };
  const upload = await beginWithinLimits(signer, c, rules, wanted, plan);
  c.get('line')['upload'] = upload.id;
  const { requests, expiresIn } = await signParts(signer, upload, [{ number: 1 }]);
  const [request] = requests;
  if (!request) throw new Error('The one part was not signed.');
  return {
    id: upload.id,
    key: upload.key,
    token: await signer.tokens.seal(upload),
    method: request.method,
    url: request.url,
    headers: request.headers,
    expiresIn,
    complete: c.req.url.replace(/\?.*$/, '').replace(PATHS.uploads, PATHS.complete(upload.id)),
  };
}
