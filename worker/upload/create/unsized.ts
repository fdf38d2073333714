/**
 * Uploads of files whose size was not announced. The policy still holds: Create decides the largest
 * size and seals it into the upload; a form accepts no more; a part that only a larger file would
 * have is not signed; and the sizes of all parts are added up before they become an object. If the
 * store cannot list parts, the object is measured and removed.
 */
import { narrowedRules } from '../access.ts';
import type { SignerContext, Signer } from '../../context.ts';
import { checkName, draftOf } from './draft.ts';
import { checkFile, type Rules } from '../../policy/policy.ts';
import { isCounted } from '../../policy/quota.ts';
import { ProblemError } from '../../problem.ts';
import { idNotAllowed } from '../../refusals.ts';
import { largestFile, uuidv7 } from '../../protocol.ts';
import type { Upload } from '../upload.ts';

/** A file as these clients announce it. */
export interface Announced {
  readonly name: string;
  readonly type: string;
  /** Folders and name, as in `FileEntry`. */
  readonly path?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The upload as the policy allows it, with the caller's rules. Its `bytes` are the largest size
 * that the file may have. Nothing counts against the owner's limits yet.
 *
 * @throws ProblemError if the policy refuses it.
 */
export async function draftUnsized(
  signer: Signer,
  c: SignerContext,
  file: Announced,
  maxBytes = Infinity,
  id?: string,
): Promise<{ readonly draft: Upload; readonly rules: Rules }> {
  checkName(file.name, 'filename');
  const { store, plan } = signer;
  const bytes = Math.min(
    c.get('rules').maxBytes,
    store.profile.maxObjectBytes,
    largestFile(plan),
    maxBytes,
  );
  // Uppy's name for the path, null for a file without folders.
  const path = file.path ?? file.metadata['relativePath'];
  const asked = { ...file, ...(path && { path }), id: id ?? (await idFor(signer, c)), bytes };
  const rules = await narrowedRules(signer, c, asked, 'create');
  const room = (await c.get('quota')?.room(rules)) ?? Infinity;
  const entry = { ...asked, bytes: Math.min(bytes, rules.maxBytes, room) };
  checkFile(rules, entry);
  const draft = await draftOf(signer, c, rules, { kind: 'single', bytes: entry.bytes }, entry, '');
  const { minBytes, maxOpen, maxTotalBytes, maxPerGrant } = rules;
  const limits = { maxOpen, maxTotalBytes, maxPerGrant };
  const unsized = { minBytes, ...(isCounted(rules) ? { limits } : {}) };
  return { rules, draft: { ...draft, unsized, checksum: null } };
}

/** For clients that send no id. If a caller may use only certain ids, this is the first of them. */
export async function idFor(signer: Signer, c: SignerContext): Promise<string> {
  const { ids } = c.get('rules');
  if (ids === null) return uuidv7();
  const [id] = ids;
  if (id === undefined) throw idNotAllowed();
  if (await signer.ledger.get(c.get('caller').owner, id)) {
    throw new ProblemError(
      'conflict',
      'The caller may make only one upload, and has made it already.',
    );
  }
  return id;
}
