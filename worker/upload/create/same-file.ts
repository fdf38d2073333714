/** The same file again, under a key that is made of its checksum: nothing has to be sent. */
import { waitUntilOf, type Signer, type SignerContext } from '../../context.ts';
import { mayBeShared } from '../../object/key.ts';
import type { Rules } from '../../policy/policy.ts';
import { giveBackRoom } from '../../policy/quota.ts';
import type { Plan, Result, VerifiedChecksum, WholeChecksum } from '../../protocol.ts';
import type { StoredObject } from '../../s3/store.ts';
import { finishUpload } from '../complete/finish.ts';
import type { Upload } from '../upload.ts';
import { prepareUpload } from './prepare.ts';
import { isCheckedByStore } from '../verify/proof.ts';

/** An object that is proven to be the file. */
export interface SameFile {
  readonly object: StoredObject;
  readonly checksum: VerifiedChecksum;
}

/** The object that is stored under the upload's key already, if that is proven to be the same file. */
export async function findSameFile(
  signer: Signer,
  draft: Upload,
  plan: Plan,
): Promise<SameFile | undefined> {
  const whole = wholeChecksumOf(signer, draft, plan);
  if (!whole) return undefined;
  const object = await signer.store.head(draft.key);
  if (!object || !isSameFile(signer, draft, object, whole)) return undefined;
  return { object, checksum: { ...whole, verifiedBy: 'store' } };
}

/**
 * Completes the upload with the object that is stored already. Undefined if the hook wants another key.
 *
 * @throws ProblemError as `prepareUpload`, `Quota.take` and `finishUpload` do.
 */
export async function completeWithStored(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  draft: Upload,
  { object, checksum }: SameFile,
): Promise<{ readonly upload: Upload; readonly result: Result } | undefined> {
  const upload = { ...draft, mark: object.mark ?? draft.mark };
  // Before anything else, as for every other file of a batch: the first one gets the room.
  await c.get('quota')?.take(rules, upload, 'create', { inParts: false, byForm: true });
  try {
    const { key } = await prepareUpload(signer, c, draft);
    if (key === draft.key) {
      const waitUntil = waitUntilOf(c);
      signer.emit({ type: 'prepared', upload }, waitUntil);
      const result = await finishUpload(signer, waitUntil, upload, object, undefined, checksum);
      return { upload, result };
    }
  } catch (error) {
    await giveBackRoom(signer, draft);
    throw error;
  }
  await giveBackRoom(signer, draft);
  return undefined;
}

/** Whether stored files may stand for new ones here. */
export function looksForStored({
  keyTemplate,
  rules,
}: Pick<Signer, 'keyTemplate' | 'rules'>): boolean {
  // The ACL of what is stored is not known, and another one may be wanted.
  return mayBeShared(keyTemplate) && rules.acl.length <= 1;
}

/** Whether the store has to be asked for the same file: it costs a request. */
export function mayBeStored(signer: Signer, draft: Upload, plan: Plan): boolean {
  return wholeChecksumOf(signer, draft, plan) !== undefined;
}

/** The checksum that the key is made of; undefined if no stored object can stand for the file. */
function wholeChecksumOf(
  signer: Signer,
  { announced, checksum, fileChecksum }: Upload,
  plan: Plan,
): WholeChecksum | undefined {
  if (!looksForStored(signer)) return undefined;
  if (plan.kind === 'single') {
    const isSent = checksum !== null && fileChecksum !== undefined;
    return isSent ? { algorithm: checksum, value: fileChecksum } : undefined;
  }
  if (announced?.value === undefined) return undefined;
  const { algorithm, value } = announced;
  return isCheckedByStore(signer, signer, algorithm) ? { algorithm, value } : undefined;
}

/**
 * Whether the object is the file. No object comes under such a key before its checksum has been
 * compared. Across owners only SHA-256 counts, because anyone can make another file with a given CRC
 * or MD5.
 */
function isSameFile(
  { dedupe, keyTemplate }: Signer,
  { bytes }: Upload,
  object: StoredObject,
  { algorithm }: WholeChecksum,
): boolean {
  if (object.bytes !== bytes || object.mark === undefined) return false;
  return keyTemplate.includes('{owner}') || (dedupe === 'everyone' && algorithm === 'sha256');
}
