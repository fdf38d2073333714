/** Decides everything about an upload that does not need the store. */
import type { Signer, SignerContext } from '../../context.ts';
import { dispositionOf } from '../../object/disposition.ts';
import { makeKey } from '../../object/key.ts';
import { metadataFor } from '../../object/metadata.ts';
import { cleanPath, isWellFormed, utf8Length } from '../../object/name.ts';
import { ownerHash } from '../../ledger/record.ts';
import type { Rules } from '../../policy/policy.ts';
import type { CannedAcl } from '../../protocol/schemas.ts';
import { ProblemError } from '../../problem.ts';
import { MAX_PATH_BYTES, type FileEntry, type Plan } from '../../protocol.ts';
import { isChecksum } from '../../protocol/checksum.ts';
import { malformedChecksum } from '../../refusals.ts';
import { isCheckedByStore } from '../verify/proof.ts';
import { lifeOf } from '../life.ts';
import type { ObjectChoices, Upload } from '../upload.ts';

/**
 * The upload as it is decided before the store is asked.
 *
 * @param path path of the file in the request, for errors.
 * @throws ProblemError `invalid_request` for an invalid name, type or metadata.
 */
export async function draftOf(
  signer: Signer,
  c: SignerContext,
  rules: Rules,
  plan: Plan,
  file: FileEntry,
  path: string,
): Promise<Upload> {
  const { owner, user, anonymous, grant } = c.get('caller');
  const now = signer.now();
  const [first] = file.checksums ?? [];
  const createdAt = Math.floor(now / 1000);
  const type = typeOf(file.type, `${path}.type`);
  const filePath = pathOf(file, `${path}.path`);
  const isSingle = plan.kind === 'single';
  const checksum = isSingle ? signer.singleChecksum : signer.checksum;
  const announced = file.checksum && announcedOf(file.checksum, `${path}.checksum`);
  const fileChecksum = isSingle && checksum !== null ? first : undefined;
  return {
    v: 1,
    id: file.id,
    owner,
    ...(user !== undefined && { user }),
    ...(anonymous && { anonymous }),
    ...(grant !== undefined && rules.maxPerGrant !== null && { grant }),
    ...(rules.public && {
      public: await signer.tokens.sealLink(await ownerHash(owner), file.id),
    }),
    key: await makeKey(signer.keyTemplate, {
      prefix: rules.prefix,
      owner,
      id: file.id,
      name: file.name,
      path: filePath,
      checksum: isSingle ? (first ?? '') : comparedByStore(signer, announced),
      now,
    }),
    name: file.name,
    ...(filePath !== undefined && { path: filePath }),
    type,
    bytes: file.bytes,
    checksum,
    ...(fileChecksum !== undefined && { fileChecksum }),
    ...(announced && { announced }),
    mark: await signer.tokens.mark([owner, file.id, filePath ?? file.name, file.bytes, type]),
    createdAt,
    ...lifeOf(rules, createdAt),
    urlSeconds: rules.urlSeconds,
    object: objectChoices(signer, rules, { ...file, path: filePath, type }, path),
  };
}

/** The value of a file in parts that the store itself compares at Complete. */
function comparedByStore(signer: Signer, announced: Upload['announced']): string | undefined {
  if (announced?.value === undefined) return undefined;
  const { algorithm, value } = announced;
  return isCheckedByStore(signer, signer, algorithm) ? value : undefined;
}

/** @throws ProblemError `invalid_request`. */
function announcedOf(
  { algorithm, value }: NonNullable<FileEntry['checksum']>,
  field: string,
): NonNullable<Upload['announced']> {
  if (value === undefined) return { algorithm };
  if (!isChecksum(algorithm, value)) throw malformedChecksum(algorithm, `${field}.value`);
  return { algorithm, value };
}

function objectChoices(signer: Signer, rules: Rules, file: FileEntry, path: string): ObjectChoices {
  const acl = aclFor(rules, file.acl, `${path}.acl`);
  const sent = { ...(file.path !== undefined && { path: file.path }), ...file.metadata };
  const metadata = metadataFor(rules, sent, `${path}.metadata`);
  const disposition = dispositionOf(rules.disposition, file, signer.inlineTypes);
  return {
    ...rules.object,
    ...(acl !== undefined && { acl }),
    ...(disposition !== undefined && { disposition }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(signer.keysMayMeet && { ifNoneMatch: true }),
  };
}

/** @throws ProblemError `forbidden` for an ACL that the policy does not allow. */
function aclFor({ acl }: Rules, wanted: CannedAcl | undefined, field: string) {
  if (wanted === undefined || acl.includes(wanted)) return wanted ?? acl[0];
  const allowed = acl.length > 0 ? acl.join(', ') : 'none';
  throw new ProblemError('forbidden', `This ACL is not allowed; allowed: ${allowed}.`, { field });
}

function pathOf({ path, name }: FileEntry, field: string): string | undefined {
  if (path !== undefined) checkName(path, field);
  const cleaned = cleanPath(path, name);
  if (cleaned === undefined || utf8Length(cleaned) <= MAX_PATH_BYTES) return cleaned;
  throw new ProblemError('invalid_request', `The path is longer than ${MAX_PATH_BYTES} bytes.`, {
    field,
  });
}

/**
 * Refuses a name that UTF-8 cannot represent.
 *
 * @throws ProblemError `invalid_request`.
 */
export function checkName(name: string, field: string): void {
  if (isWellFormed(name)) return;
  throw new ProblemError('invalid_request', 'The name contains half a surrogate pair.', { field });
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-media-type, with parameters, in printable ASCII. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+( *; *[\w!#$&^.+-]+=("[ !#-[\]-~]*"|[\w!#$&^.+-]+))*$/;

function typeOf(type: string, field: string): string {
  if (type === '') return 'application/octet-stream';
  if (MEDIA_TYPE.test(type)) return type.toLowerCase();
  throw new ProblemError('invalid_request', 'Not a valid media type.', { field });
}
