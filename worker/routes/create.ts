/** `POST /uploads`: makes many uploads, each in its own slot. */
import { rulesFor } from '../access.ts';
import { parse, readBody } from '../body.ts';
import { waitUntilOf, type Signer, type SignerContext, type SignerHandler } from '../context.ts';
import { makeKey } from '../key.ts';
import type { Entry } from '../ledger.ts';
import { isWellFormed } from '../name.ts';
import type { Rules } from '../policy.ts';
import { ProblemError } from '../problem.ts';
import {
  largestFile,
  MAX_CHECKSUMS_PER_CREATE,
  partCount,
  planFor,
  type CreateAnswer,
  type Created,
  type FileEntry,
  type Plan,
} from '../protocol.ts';
import { signParts, type PartsToSign } from '../requests.ts';
import { CreateBody, FileEntry as FileEntrySchema } from '../schemas.ts';
import { slotsOf } from '../slots.ts';
import { planOf, settingsOf, type ObjectChoices, type Upload } from '../upload.ts';
import { metadataFor } from '../metadata.ts';

/**
 * Each upload in parts is one request to the store, and Workers Free allows 50 in one invocation:
 * https://developers.cloudflare.com/workers/platform/limits/#subrequests
 */
const MAX_MULTIPARTS_PER_CREATE = 40;

export function createRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const { files } = await readBody(c.req.raw, CreateBody);
    const { maxFiles } = c.get('rules');
    if (maxFiles !== null && files.length > maxFiles) {
      throw new ProblemError('invalid_request', `At most ${maxFiles} files at once.`, {
        field: 'files',
      });
    }
    const seen = new Set<string>();
    let multiparts = 0;
    const uploads = await slotsOf(signer.log, files, async (value, index) => {
      const path = `files[${index}]`;
      const file = parse(FileEntrySchema, value, path);
      if (seen.has(file.id)) {
        throw new ProblemError('conflict', 'Another file of this request has the same id.', {
          field: `${path}.id`,
        });
      }
      seen.add(file.id);
      if (file.bytes > signer.plan.singleMaxBytes && ++multiparts > MAX_MULTIPARTS_PER_CREATE) {
        throw new ProblemError(
          'rate_limited',
          `At most ${MAX_MULTIPARTS_PER_CREATE} uploads in parts at once: send the others again.`,
          { retryAfter: 0 },
        );
      }
      return createOne(signer, c, file, path);
    });
    c.get('line')['files'] = files.length;
    return c.json<CreateAnswer>({ uploads });
  };
}

async function createOne(
  signer: Signer,
  c: SignerContext,
  file: FileEntry,
  path: string,
): Promise<Created> {
  if (!isWellFormed(file.name)) {
    throw new ProblemError('invalid_request', 'The name holds half a surrogate pair.', {
      field: `${path}.name`,
    });
  }
  const rules = await rulesFor(signer, c, file, 'create', path);
  const plan = planOrRefuse(signer, file, path);
  const draft = await draftOf(signer, c, rules, plan, file, path);
  const known = await signer.ledger.get(draft.owner, draft.id);
  const upload = known ? again(signer, known, draft, path) : await begin(signer, c, draft, plan);
  const result = known?.result;
  const parts = result ? [] : firstParts(upload, file.checksums ?? []);
  const [token, signed] = await Promise.all([
    signer.tokens.seal(upload),
    signParts(signer, upload, parts, `${path}.checksums`),
  ]);
  return {
    id: upload.id,
    token,
    key: upload.key,
    plan: planOf(upload),
    checksum: upload.checksum,
    ...signed,
    expiresAt: new Date(upload.expiresAt * 1000).toISOString(),
    ...(result && { result }),
  };
}

/** Everything about the upload that is decided before the store is asked. */
async function draftOf(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  plan: Plan,
  file: FileEntry,
  path: string,
): Promise<Upload> {
  const { owner, anonymous } = c.get('caller');
  const now = signer.now();
  const [first] = file.checksums ?? [];
  const createdAt = Math.floor(now / 1000);
  const type = typeOf(file.type, `${path}.type`);
  const { checksum } = signer;
  const sum = plan.kind === 'single' && checksum !== null ? first : undefined;
  return {
    v: 1,
    id: file.id,
    owner,
    ...(anonymous && { anonymous }),
    key: await makeKey(signer.keyTemplate, {
      prefix: rules.prefix,
      owner,
      id: file.id,
      name: file.name,
      checksum: first ?? '',
      now,
    }),
    name: file.name,
    type,
    bytes: file.bytes,
    checksum,
    ...(sum !== undefined && { sum }),
    mark: await signer.tokens.mark([owner, file.id, file.name, file.bytes, type]),
    createdAt,
    expiresAt: createdAt + rules.uploadSeconds,
    urlSeconds: rules.urlSeconds,
    object: objectOf(rules, file, path, signer.keysMayMeet || sum === undefined),
  };
}

function objectOf(
  rules: Rules,
  file: FileEntry,
  path: string,
  // A signed request that names no checksum could else write other bytes over a finished object.
  ifNoneMatch: boolean,
): ObjectChoices {
  const [acl] = rules.acl;
  const metadata = metadataFor(rules, file.metadata ?? {}, `${path}.metadata`);
  return {
    ...rules.object,
    ...(acl !== undefined && { acl }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(ifNoneMatch && { ifNoneMatch }),
  };
}

async function begin(signer: Signer, c: SignerContext, draft: Upload, plan: Plan): Promise<Upload> {
  if (plan.kind === 'single') {
    await refuseTaken(signer, draft, signer.store.profile.conditionalPut);
    return draft;
  }
  await refuseTaken(signer, draft, signer.store.profile.conditionalComplete);
  const { uploadId } = await signer.store.createMultipart(draft.key, settingsOf(draft));
  const upload: Upload = {
    ...draft,
    multipart: { uploadId, partBytes: plan.partBytes },
    // The rest is settled by Create; only a single request is signed with it again.
    object: { ifNoneMatch: true },
  };
  await signer.ledger.put({ state: 'open', upload }, waitUntilOf(c));
  signer.emit({ type: 'prepared', upload }, waitUntilOf(c));
  return upload;
}

/** Where keys may meet and the store cannot refuse to replace, look first. */
async function refuseTaken(signer: Signer, draft: Upload, storeRefuses: boolean): Promise<void> {
  if (!signer.keysMayMeet || storeRefuses) return;
  const object = await signer.store.head(draft.key);
  if (object && object.uploadToken !== draft.mark) {
    throw new ProblemError('conflict', 'There is an object under this key already.');
  }
}

/** The same Create once more gives the same upload; with anything else in it, it is refused. */
function again(signer: Signer, { upload, state }: Entry, draft: Upload, path: string): Upload {
  const same = (['name', 'type', 'bytes'] as const).every(
    (field) => upload[field] === draft[field],
  );
  if (!same) {
    throw new ProblemError('conflict', 'This id belongs to another file.', { field: `${path}.id` });
  }
  if (state === 'aborted') {
    throw new ProblemError('conflict', 'This upload has been cancelled.', { field: `${path}.id` });
  }
  if (state === 'open' && upload.expiresAt * 1000 <= signer.now()) {
    throw new ProblemError('expired', 'This upload has expired: choose a new id.', {
      field: `${path}.id`,
    });
  }
  return upload;
}

function planOrRefuse(signer: Signer, file: FileEntry, path: string): Plan {
  const { plan, store } = signer;
  const most = Math.min(store.profile.maxObjectBytes, largestFile(plan));
  if (file.bytes > most) {
    throw new ProblemError('too_large', `The store takes at most ${most} bytes.`, {
      field: `${path}.bytes`,
    });
  }
  return planFor(file.bytes, plan);
}

/** As many as checksums came along, or eight where none are wanted. */
function firstParts(upload: Upload, checksums: readonly string[]): PartsToSign {
  const count = partCount(planOf(upload));
  if (upload.checksum) return checksums.map((checksum, index) => ({ number: index + 1, checksum }));
  const length = Math.min(count, MAX_CHECKSUMS_PER_CREATE);
  return Array.from({ length }, (_, index) => ({ number: index + 1 }));
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-media-type, with parameters. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=("[^"\\\r\n]*"|[\w!#$&^.+-]+))*$/;

function typeOf(type: string, field: string): string {
  if (type === '') return 'application/octet-stream';
  if (MEDIA_TYPE.test(type)) return type.toLowerCase();
  throw new ProblemError('invalid_request', 'This is no media type.', { field });
}
