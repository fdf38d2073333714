/** Decides everything about an upload that does not need the store. */
import type { Signer, SignerContext } from '../../context.ts';
import { dispositionOf } from '../../object/disposition.ts';
import { makeKey } from '../../object/key.ts';
import { metadataFor } from '../../object/metadata.ts';
import { isWellFormed } from '../../object/name.ts';
import { ownerHash } from '../../ledger/record.ts';
import type { Rules } from '../../policy/policy.ts';
import { ProblemError } from '../../problem.ts';
import type { FileEntry, Plan } from '../../protocol.ts';
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
  const { owner, anonymous, grant } = c.get('caller');
  const now = signer.now();
  const [first] = file.checksums ?? [];
  const createdAt = Math.floor(now / 1000);
  const type = typeOf(file.type, `${path}.type`);
  const isSingle = plan.kind === 'single';
  const checksum = isSingle ? signer.singleChecksum : signer.checksum;
  const fileChecksum = isSingle && checksum !== null ? first : undefined;
  return {
    v: 1,
    id: file.id,
    owner,
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
      checksum: first ?? '',
      now,
    }),
    name: file.name,
    type,
    bytes: file.bytes,
    checksum,
    ...(fileChecksum !== undefined && { fileChecksum }),
    mark: await signer.tokens.mark([owner, file.id, file.name, file.bytes, type]),
    createdAt,
    expiresAt: createdAt + rules.uploadSeconds,
    urlSeconds: rules.urlSeconds,
    object: objectChoices(signer, rules, { ...file, type }, path),
  };
}

function objectChoices(signer: Signer, rules: Rules, file: FileEntry, path: string): ObjectChoices {
  const [acl] = rules.acl;
  const metadata = metadataFor(rules, file.metadata ?? {}, `${path}.metadata`);
  const disposition = dispositionOf(rules.disposition, file, signer.inlineTypes);
  return {
    ...rules.object,
    ...(acl !== undefined && { acl }),
    ...(disposition !== undefined && { disposition }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(signer.keysMayMeet && { ifNoneMatch: true }),
  };
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
