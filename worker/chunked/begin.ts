/** Begins uploads that come in chunks, and finds them again. */
import type { Signer, SignerContext } from '../context.ts';
import { draftUnsized, idFor } from '../upload/create/unsized.ts';
import type { Entry } from '../ledger/ledger.ts';
import { covers } from '../policy/policy.ts';
import { ProblemError } from '../problem.ts';
import {
  cancelledUpload,
  expiredUpload,
  forgottenByStore,
  idOfAnotherFile,
  noSuchUpload,
  wrongChecksum,
} from '../refusals.ts';
import type { WholeChecksum } from '../protocol.ts';
import { isUploadId } from '../protocol/id.ts';
import { openOwnUpload, rulesFor, uploadOfRecord, type TokenUse } from '../upload/access.ts';
import { beginWithinLimits } from '../upload/create/reserve.ts';
import { checkName, draftOf } from '../upload/create/draft.ts';
import { assertVerifiable } from '../upload/verify/proof.ts';
import { isExpired, recordedState } from '../upload/state.ts';
import { withSize, type Upload } from '../upload/upload.ts';
import { chunkedPlan, largestChunkedFile } from './plan.ts';

/** A file as a client announces it. */
export interface NewFile {
  /** Chosen by the client, so that the request can be repeated. */
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly type: string;
  /** Folders and name, as in `POST /uploads`. */
  readonly path?: string | undefined;
  /** Undefined if the client does not know yet. */
  readonly bytes: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of the whole file, if the client knows it from the start. */
  readonly checksum?: WholeChecksum | undefined;
}

/** An upload that has just begun, or that was begun before with the same id. */
export interface Begun extends Located {
  /** The client can find it again by the id that it chose. */
  readonly hasOwnId: boolean;
}

/**
 * Begins an upload by the same rules as `POST /uploads`. The same id with the same file gives the same
 * upload again.
 *
 * @throws ProblemError for what the rules forbid, and `conflict` if the id belongs to another file.
 */
export async function begin(
  signer: Signer,
  c: SignerContext,
  { id, name, type, path, bytes, metadata, checksum }: NewFile,
): Promise<Begun> {
  const hasOwnId = id !== undefined;
  const { profile } = signer.store;
  if (name === undefined || name === '') {
    const detail = 'The file’s name is missing: send it in Content-Disposition or as ?filename=.';
    throw new ProblemError('invalid_request', detail, { field: 'filename' });
  }
  if (id !== undefined && !isUploadId(id)) {
    throw new ProblemError('invalid_request', 'id must be a UUID.', { field: 'id' });
  }
  checkName(name, 'filename');
  const entry = id === undefined ? undefined : await signer.ledger.get(c.get('caller').owner, id);
  if (entry) return { upload: again(signer, c, entry, { name, bytes }), entry, hasOwnId };
  const inFolder = path === undefined || path === '' ? {} : { path };
  if (bytes === undefined) {
    if (checksum) {
      const detail = 'Send the checksum with the size, or with the last request.';
      throw new ProblemError('invalid_request', detail, { field: 'checksum' });
    }
    const most = largestChunkedFile(profile);
    const { draft, rules } = await draftUnsized(
      signer,
      c,
      { name, type, metadata, ...inFolder },
      most,
      id,
    );
    const plan = chunkedPlan(draft.bytes, profile);
    const upload = await beginWithinLimits(signer, c, rules, { ...draft, chunked: true }, plan);
    return { upload, entry, hasOwnId };
  }
  const file = {
    id: id ?? (await idFor(signer, c)),
    name,
    type,
    bytes,
    metadata,
    ...inFolder,
    checksum,
  };
  const rules = await rulesFor(signer, c, file, 'create');
  const plan = chunkedPlan(bytes, profile);
  const draft = await draftOf(signer, c, rules, plan, file, '');
  // The Worker cannot tell the checksum of a part before the part has come.
  const chunked = { ...draft, checksum: null, chunked: true as const };
  const { announced } = draft;
  if (announced) assertVerifiable(signer, chunked, false, announced.algorithm, 'checksum');
  return { upload: await beginWithinLimits(signer, c, rules, chunked, plan), entry, hasOwnId };
}

/** The upload that was begun with this id before. */
function again(
  signer: Signer,
  c: SignerContext,
  { upload, state }: Entry,
  { name, bytes }: { readonly name: string; readonly bytes: number | undefined },
): Upload {
  const isSame = upload.chunked && upload.name === name && (bytes ?? upload.bytes) === upload.bytes;
  if (!isSame || !covers(c.get('rules'), upload)) throw idOfAnotherFile('id');
  // The upkeep records `expired` once it has aborted the upload at the store.
  if (state === 'expired') throw forgottenByStore('id');
  if (state === 'aborted') throw cancelledUpload('id');
  if (recordedState({ state, expiresAt: upload.expiresAt }, signer.now()) === 'expired') {
    throw expiredUpload();
  }
  return upload;
}

/** An upload that came in chunks, and what is recorded of it. */
export interface Located {
  readonly upload: Upload;
  readonly entry: Entry | undefined;
}

/**
 * The caller's upload of the path: by the token that its URL contains, or by its id.
 *
 * @param use whether it may have expired: to finish what has come.
 * @throws ProblemError `not_found`, `expired`, `gone` once the upkeep has aborted it, `cancelled` if
 *   its owner has.
 */
export async function locate(
  signer: Signer,
  c: SignerContext,
  use: TokenUse = 'in-time',
): Promise<Located> {
  const name = c.req.param('upload') ?? '';
  if (isUploadId(name)) {
    const entry = await uploadOfRecord(signer, c, name);
    return latest(signer, c, entry.upload, entry, use);
  }
  let sealed: Upload;
  try {
    sealed = await openOwnUpload(signer, c, name, use);
  } catch (error) {
    // A URL that was not made here is no upload.
    const isForged = error instanceof ProblemError && error.code === 'unauthenticated';
    throw isForged ? noSuchUpload() : error;
  }
  return latest(signer, c, sealed, await signer.ledger.get(sealed.owner, sealed.id), use);
}

/** The name under which requests to one upload take turns. */
export function turnOf({ owner, id }: Upload): string {
  return `${owner} ${id}`;
}

/** The upload with what its record knows better: its end, and a size that was told later. */
function latest(
  signer: Signer,
  c: SignerContext,
  sealed: Upload,
  entry: Entry | undefined,
  use: TokenUse,
): Located {
  if (!sealed.chunked) throw noSuchUpload();
  c.get('line')['upload'] = sealed.id;
  const own = entry?.upload.mark === sealed.mark ? entry : undefined;
  if (own?.state === 'aborted') throw own.mismatch ? wrongChecksum('checksum') : cancelledUpload();
  if (own?.state === 'expired') throw forgottenByStore();
  const expiresAt = Math.max(sealed.expiresAt, own?.upload.expiresAt ?? 0);
  const isOver = own?.state !== 'complete' && isExpired({ expiresAt }, signer.now());
  if (isOver && use === 'in-time') throw expiredUpload();
  const told = sealed.unsized && own?.state === 'open' ? toldBytesOf(own) : undefined;
  const upload = told === undefined ? sealed : withSize(sealed, told);
  return { upload: { ...upload, expiresAt }, entry: own };
}

/** The size that the client has told since; records of earlier versions have it in the upload. */
function toldBytesOf({ upload, toldBytes }: Entry): number | undefined {
  return toldBytes ?? (upload.unsized ? undefined : upload.bytes);
}
