/** Agrees with the Worker on an upload: creates it, or continues it from an earlier visit. */
import type { Created, FileEntry, Renewal, ResumeAnswer } from '../../../worker/protocol.ts';
import { MAX_CHECKSUMS_PER_CREATE } from '../../../worker/protocol/limits.ts';
import { resumeUpload } from '../api/upload-calls.ts';
import { UploadError } from '../errors.ts';
import { assertReadable } from '../faults/file-error.ts';
import { Parts } from '../upload/parts.ts';
import type { Standing } from '../upload/standing.ts';
import { can } from '../upload/state.ts';
import { agreementOf, isSameTerms } from '../upload/terms.ts';
import type { Upload } from '../upload/upload.ts';
import { now, type Moment } from '../util/clock.ts';
import { unlessAborted } from '../util/unless-aborted.ts';
import type { SendingContext } from './context.ts';
import { recogniseElsewhere } from './elsewhere.ts';
import { checksumOfPart } from './part/checksum.ts';
import { lineTerms } from './part/line-terms.ts';
import { termsFor } from './part/terms.ts';

type Agreed = Extract<Standing, { kind: 'agreed' }>;

/**
 * @returns the agreement and the parts, some of which may be stored already.
 * @throws UploadError; the reason of `signal` once it is aborted.
 */
export async function registerUpload(
  upload: Upload,
  context: SendingContext,
  signal: AbortSignal,
): Promise<Agreed> {
  const { services, claims, preconnect, route } = context;
  route.assertSecure();
  if (!route.isRelayOn) preconnect.open(services.policy?.origins ?? []);
  if (upload.standing.kind !== 'agreed') {
    adaptToLine(upload, context);
    const recognised = unlessAborted(claims.recognise(upload), signal);
    // Hashing starts before the journal has answered, because it rarely knows the file.
    const checksums =
      upload.standing.kind === 'unregistered' ? firstChecksums(upload, context, signal) : undefined;
    checksums?.catch(() => undefined);
    await recognised;
    const known =
      upload.standing.kind === 'unregistered'
        ? await recogniseElsewhere(upload, context, signal)
        : undefined;
    if (upload.standing.kind === 'unconfirmed') await reconcile(upload, context, signal, known);
    else await create(upload, context, checksums, signal);
  }
  services.requestTurn();
  if (upload.standing.kind !== 'agreed') throw new Error('The upload was left unregistered.');
  return upload.standing;
}

/** A line that drops again and again may need smaller parts than the policy leads to. */
function adaptToLine(upload: Upload, context: SendingContext): void {
  const terms = upload.standing.kind === 'unregistered' && lineTerms(upload, context);
  if (terms) context.services.apply(upload, { type: 'expect', terms });
}

/**
 * Continues an upload from an earlier visit, beginning with what the store has. The Worker is asked
 * for that, unless its answer is `known`.
 */
async function reconcile(
  upload: Upload,
  { services, claims }: SendingContext,
  signal: AbortSignal,
  known?: ResumeAnswer,
): Promise<void> {
  services.apply(upload, { type: 'reconcile' });
  services.requestTurn();
  const answer = known ?? (await resumeUpload(services.worker, upload, signal));
  if (answer.plan.bytes !== upload.file.size) {
    throw new UploadError('conflict', "The file's size differs from the upload's.");
  }
  const { standing } = upload;
  const parts = new Parts(answer.plan);
  parts.find([...answer.parts, ...(standing.kind === 'unconfirmed' ? standing.receipts : [])]);
  services.apply(upload, { type: 'agree', agreement: agreementOf(answer), parts });
  void claims.note(upload, parts.receipts);
}

/** Takes over a new token that the Worker has given for an upload that makes progress, in the journal too. */
export function extendUpload(
  upload: Upload,
  { token, expiresAt }: Partial<Renewal>,
  { services, claims }: SendingContext,
): void {
  if (!token || !expiresAt || token === upload.token || !can(upload.state, 'extend')) return;
  services.apply(upload, { type: 'extend', token, expiresAt });
  void claims.note(upload, upload.parts?.receipts);
}

/** Checksums of the first parts, for the Create: no more than can be sent at once. */
async function firstChecksums(
  upload: Upload,
  context: SendingContext,
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  const { services } = context;
  const parts = upload.parts ?? new Parts(upload.state.terms.plan);
  services.apply(upload, { type: 'prepare', parts });
  const length = Math.min(parts.count, MAX_CHECKSUMS_PER_CREATE, context.concurrency.max);
  return Promise.all(
    Array.from({ length }, (_, index) => checksumOfPart(upload, parts, index + 1, context, signal)),
  );
}

async function create(
  upload: Upload,
  context: SendingContext,
  checksums: Promise<(string | undefined)[]> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { services } = context;
  if (upload.standing.kind === 'unregistered') {
    const entry = await describe(
      upload,
      context,
      await (checksums ?? firstChecksums(upload, context, signal)),
      signal,
    );
    requestCreate(upload, context, entry);
  }
  services.apply(upload, { type: 'create' });
  services.requestTurn();
  if (upload.standing.kind === 'requested') await unlessAborted(upload.standing.answer, signal);
}

async function describe(
  upload: Upload,
  { services, claims }: SendingContext,
  checksums: (string | undefined)[],
  signal: AbortSignal,
): Promise<FileEntry> {
  signal.throwIfAborted();
  const { id, name, file, path, checksum, state } = upload;
  const { options } = services;
  const context = { id, path };
  const { plan } = state.terms;
  const isSmaller = services.policy && !isSameTerms(termsFor(file, services.policy), state.terms);
  // The hash of an empty file does not show that the file is gone.
  if (!file.size) await assertReadable(upload, services, signal);
  await claims.note(upload);
  signal.throwIfAborted();
  return {
    id,
    name,
    path,
    bytes: file.size,
    mostPartBytes: isSmaller && plan.kind === 'multipart' ? plan.partBytes : undefined,
    type: file.type,
    metadata: merged(options.metadata?.(file, context), state.edits.metadata),
    acl: options.acl?.(file, context),
    checksums: checksum ? checksums : undefined,
  } as FileEntry;
}

/** Undefined if there is none at all. */
function merged(...all: readonly (FileEntry['metadata'] | undefined)[]): FileEntry['metadata'] {
  const given = all.filter((metadata) => metadata !== undefined);
  return given.length > 0 ? Object.assign({}, ...given) : undefined;
}

/** The answer is applied whenever it arrives, also during a pause. */
function requestCreate(
  upload: Upload,
  { services, calls, claims }: SendingContext,
  entry: FileEntry,
) {
  const requestedAt = now();
  const answer: Promise<void> = calls.creates.add(entry).then(
    (created) => {
      if (!isAwaited()) return;
      const parts = partsFor(upload, created, requestedAt);
      services.apply(upload, { type: 'agree', agreement: agreementOf(created), parts });
      void claims.note(upload);
    },
    (error: unknown) => {
      if (isAwaited()) services.apply(upload, { type: 'refuse' });
      throw error;
    },
  );
  // The upload may be paused or cancelled, and then nobody waits for the answer.
  answer.catch(() => undefined);
  const isAwaited = () => upload.standing.kind === 'requested' && upload.standing.answer === answer;
  services.apply(upload, { type: 'request', answer });
}

/** Keeps the checksums if the Worker has agreed to the expected terms. */
function partsFor(upload: Upload, created: Created, requestedAt: Moment): Parts {
  const { parts: prepared, state } = upload;
  const isAsExpected = prepared && isSameTerms(state.terms, created);
  const parts = isAsExpected ? prepared : new Parts(created.plan);
  // Otherwise the signatures cover other bytes.
  if (isAsExpected || !created.checksum) {
    parts.addSigned(created.requests, requestedAt, created.expiresIn);
  }
  return parts;
}
