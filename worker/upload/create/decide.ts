/** What a Create decides about a file before it asks the store. */
import type { Signer, SignerContext } from '../../context.ts';
import type { Entry } from '../../ledger/ledger.ts';
import type { Rules } from '../../policy/policy.ts';
import { ProblemError } from '../../problem.ts';
import {
  largestFile,
  MAX_CHECKSUMS_PER_CREATE,
  partCount,
  planFor,
  type FileEntry,
  type Plan,
} from '../../protocol.ts';
import { rulesFor } from '../access.ts';
import type { BatchCosts } from '../batch-costs.ts';
import { checkParts, type PartsToSign } from '../sign-parts.ts';
import { goesByForm } from '../single-request.ts';
import { planOf, type Upload } from '../upload.ts';
import { assertVerifiable, provenByParts } from '../verify/proof.ts';
import { checkName, draftOf } from './draft.ts';
import { mayBeStored } from './same-file.ts';

/** What is known of a file before the store is asked. */
export interface Decided {
  readonly file: FileEntry;
  /** Path of the file in the request, for errors. */
  readonly path: string;
  readonly rules: Rules;
  readonly plan: Plan;
  readonly draft: Upload;
  /** The record of an earlier Create with this id. */
  readonly entry: Entry | undefined;
}

/** @throws ProblemError for a file that the rules refuse. */
export async function decide(
  signer: Signer,
  c: SignerContext,
  file: FileEntry,
  path: string,
): Promise<Decided> {
  checkName(file.name, `${path}.name`);
  const rules = await rulesFor(signer, c, file, 'create', path);
  const plan = planOrRefuse(signer, file, path);
  const draft = await draftOf(signer, c, rules, plan, file, path);
  checkAnnounced(signer, draft, plan, `${path}.checksum`);
  const entry = await signer.ledger.get(draft.owner, draft.id);
  if (!entry) checkFirstParts(draft, plan, file, `${path}.checksums`);
  return { file, path, rules, plan, draft, entry };
}

/** Requests to the store that it may take to create this upload. */
export function requestsFor(
  signer: Signer,
  { open }: BatchCosts,
  { plan, draft, entry }: Decided,
): number {
  if (entry) return 0;
  const opens = plan.kind === 'multipart' || !goesByForm(signer, draft);
  return (opens ? open : 0) + (mayBeStored(signer, draft, plan) ? 1 : 0);
}

/** @throws ProblemError `invalid_request`, or `checksum_mismatch` if the first part is the file. */
function checkAnnounced(signer: Signer, draft: Upload, plan: Plan, field: string): void {
  const { announced } = draft;
  if (!announced) return;
  const { algorithm, value } = announced;
  const isSingle = plan.kind === 'single';
  assertVerifiable(signer, draft, isSingle, algorithm, field);
  if (value !== undefined) {
    provenByParts(signer, draft, isSingle, [], { algorithm, value }, field);
  }
}

/**
 * Checks before anything is begun what will be checked when the first parts are signed: a client that is
 * refused does not know that it has an open upload.
 *
 * @throws ProblemError as `checkParts` does.
 */
function checkFirstParts(draft: Upload, plan: Plan, { checksums }: FileEntry, field: string): void {
  const planned: Upload =
    plan.kind === 'single'
      ? draft
      : { ...draft, multipart: { uploadId: '', partBytes: plan.partBytes } };
  checkParts(planned, firstParts(planned, checksums ?? []), field);
}

function planOrRefuse(signer: Signer, file: FileEntry, path: string): Plan {
  const { plan, store } = signer;
  const maxBytes = Math.min(store.profile.maxObjectBytes, largestFile(plan));
  if (file.bytes > maxBytes) {
    throw new ProblemError('too_large', `The store takes at most ${maxBytes} bytes.`, {
      field: `${path}.bytes`,
    });
  }
  return planFor(file.bytes, plan, file.mostPartBytes);
}

/** As many parts as there were checksums, or eight if none are required. */
export function firstParts(upload: Upload, checksums: readonly string[]): PartsToSign {
  const count = partCount(planOf(upload));
  if (upload.checksum) return checksums.map((checksum, index) => ({ number: index + 1, checksum }));
  const length = Math.min(count, MAX_CHECKSUMS_PER_CREATE);
  return Array.from({ length }, (_, index) => ({ number: index + 1 }));
}
