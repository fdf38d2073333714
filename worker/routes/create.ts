/** `POST /uploads`: creates uploads, each in its own slot. */
import { parse, readBody } from '../http/body.ts';
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import { decide, firstParts, requestsFor, type Decided } from '../upload/create/decide.ts';
import type { Entry } from '../ledger/ledger.ts';
import { covers, type Rules } from '../policy/policy.ts';
import { ProblemError } from '../problem.ts';
import { cancelledUpload, forgottenByStore, idOfAnotherFile } from '../refusals.ts';
import type { CreateAnswer, Created } from '../protocol.ts';
import { createdAnswer } from '../upload/create/created-answer.ts';
import { completeWithStored, findSameFile, type SameFile } from '../upload/create/same-file.ts';
import { beginWithinLimits } from '../upload/create/reserve.ts';
import { resumeUpload } from '../upload/life.ts';
import { CreateBody, FileEntry as FileEntrySchema } from '../protocol/schemas.ts';
import { idOf, slotsOf } from '../http/slots.ts';
import type { Upload } from '../upload/upload.ts';
import { batchCosts } from '../upload/batch-costs.ts';

export function createRoute(signer: Signer): SignerHandler {
  const costs = batchCosts(signer);
  return async (c) => {
    const { files } = await readBody(c.req.raw, CreateBody);
    const { maxFiles } = c.get('rules');
    if (maxFiles !== null && files.length > maxFiles) {
      throw new ProblemError('invalid_request', `At most ${maxFiles} files at once.`, {
        field: 'files',
      });
    }
    await c.get('countFiles')?.(files.length);
    const seen = new Set<string>();
    const decideEntry = async (value: unknown, path: string): Promise<Decided> => {
      const file = parse(FileEntrySchema, value, path);
      if (seen.has(file.id)) {
        throw new ProblemError('conflict', 'Another file of this request has the same id.', {
          field: `${path}.id`,
        });
      }
      seen.add(file.id);
      return decide(signer, c, file, path);
    };
    const slots = files.map((value: unknown, index) => ({
      id: idOf(value),
      deciding: decideEntry(value, `files[${index}]`),
    }));
    // What follows is counted in the order of the files, whichever is decided first.
    await Promise.allSettled(slots.map(({ deciding }) => deciding));
    let spent = 0;
    const lookUp = async (deciding: Promise<Decided>): Promise<LookedUp> => {
      const decided = await deciding;
      const requests = requestsFor(signer, costs, decided);
      spent += requests;
      if (requests > 0 && spent > costs.maxToOpen) {
        throw new ProblemError('rate_limited', 'Too many files at once: send this one again.', {
          retryAfter: 0,
        });
      }
      const { entry, draft, plan } = decided;
      return { ...decided, same: entry ? undefined : await findSameFile(signer, draft, plan) };
    };
    const lookedUp = slots.map(({ id, deciding }) => ({ id, looking: lookUp(deciding) }));
    // Each file begins by reserving room: the first of them gets it, whichever is found first.
    await Promise.allSettled(lookedUp.map(({ looking }) => looking));
    const uploads = await slotsOf(c, lookedUp, async ({ looking }) =>
      createUpload(signer, c, await looking),
    );
    c.get('line')['files'] = files.length;
    return c.json<CreateAnswer>({ uploads });
  };
}

/** A file, and the same one if it is stored already. */
interface LookedUp extends Decided {
  readonly same: SameFile | undefined;
}

async function createUpload(
  signer: Signer,
  c: SignerContext,
  { file, path, rules, plan, draft, entry, same }: LookedUp,
): Promise<Created> {
  const done = same && (await completeWithStored(signer, c, rules, draft, same));
  if (done) return createdAnswer(signer, done.upload, [], done.result);
  const upload = entry
    ? await repeatedUpload(signer, c, rules, entry, draft, path)
    : await beginWithinLimits(signer, c, rules, draft, plan);
  const result = entry?.result;
  // Checksums by another algorithm than the upload's are of no use.
  const checksums = upload.checksum === draft.checksum ? file.checksums : undefined;
  const parts = result || entry?.verifying ? [] : firstParts(upload, checksums ?? []);
  return createdAnswer(signer, upload, parts, result, `${path}.checksums`);
}

/** The upload of an earlier Create with this id. @throws ProblemError if it was for another file, or has ended. */
async function repeatedUpload(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  entry: Entry,
  draft: Upload,
  path: string,
): Promise<Upload> {
  const { upload } = entry;
  const isSameFile = (['name', 'path', 'type', 'bytes'] as const).every(
    (field) => upload[field] === draft[field],
  );
  // A claim may confine this caller to a prefix, and the upload may be outside of it.
  const isSameChecksum = JSON.stringify(upload.announced) === JSON.stringify(draft.announced);
  const isSame = isSameFile && isSameChecksum && !upload.chunked;
  if (!isSame || !covers(c.get('rules'), upload)) {
    throw idOfAnotherFile(`${path}.id`);
  }
  const { state } = entry;
  if (state === 'aborted') throw cancelledUpload(`${path}.id`);
  if (state === 'expired') throw forgottenByStore(`${path}.id`);
  return state === 'open' ? resumeUpload(signer, c, rules, upload, `${path}.id`) : upload;
}
