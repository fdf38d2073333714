/** `GET /policy`: what this caller may upload. */
import type { Signer, SignerHandler } from '../context.ts';
import {
  largestFile,
  MAX_FILES_PER_CREATE,
  MAX_PARTS_PER_SIGN,
  MAX_UPLOADS_PER_COMPLETE,
  type Policy,
} from '../protocol.ts';
import { batchCosts } from '../upload/batch-costs.ts';
import { bindsForms } from '../upload/single-request.ts';

export function policyRoute(signer: Signer): SignerHandler {
  const { store, verify, plan, checksum, singleChecksum, relay, tokens } = signer;
  const batch = batchLimits(signer);
  return async (c) => {
    const rules = c.get('rules');
    const { owner, anonymous } = c.get('caller');
    return c.json<Policy>({
      maxBytes: Math.min(rules.maxBytes, store.profile.maxObjectBytes, largestFile(plan)),
      minBytes: rules.minBytes,
      // The last group is the narrowest; the others are checked when an upload is made.
      accept: rules.accept.at(-1) ?? [],
      metadata: rules.metadata,
      maxFiles: rules.maxFiles,
      checksum,
      singleChecksum,
      wholeChecksums: {
        free:
          checksum !== null && store.profile.fullObjectChecksums.includes(checksum)
            ? [checksum]
            : [],
        maxBytes: verify.maxBytes,
      },
      plan,
      batch,
      lanes: store.lanes,
      origins: store.origins,
      relay,
      removable: rules.removable,
      listParts: store.profile.listParts,
      ...(!anonymous && { caller: await tokens.callerHash(owner) }),
    });
  };
}

/**
 * Batch sizes that one invocation can serve if every file is a multipart upload. If small files are sent
 * by forms, batches are larger, and the few files for which that is too many are sent again.
 */
function batchLimits(signer: Signer): Policy['batch'] {
  const { store, keysMayMeet, singleChecksum, forms } = signer;
  const { profile } = store;
  const { look, open, completePart, maxToOpen, maxToComplete } = batchCosts(signer);
  const isBound = forms !== 'off' && bindsForms(profile) && singleChecksum === 'sha256';
  const byForm = (isBound || (forms === 'replaceable' && profile.strictForms)) && !keysMayMeet;
  const create = Math.floor(maxToOpen / (byForm ? look : look + open));
  return {
    create: Math.min(create, MAX_FILES_PER_CREATE),
    sign: MAX_PARTS_PER_SIGN,
    complete: byForm ? MAX_UPLOADS_PER_COMPLETE : Math.floor(maxToComplete / completePart),
  };
}
