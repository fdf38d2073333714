/** `GET /policy`: what this caller may upload. */
import type { Signer, SignerHandler } from '../context.ts';
import {
  largestFile,
  MAX_FILES_PER_CREATE,
  MAX_PARTS_PER_SIGN,
  MAX_UPLOADS_PER_COMPLETE,
  type Policy,
} from '../protocol.ts';

export function policyRoute({ store, plan, checksum, relay, tokens }: Signer): SignerHandler {
  return async (c) => {
    const rules = c.get('rules');
    const { owner, anonymous } = c.get('caller');
    return c.json<Policy>({
      maxBytes: Math.min(rules.maxBytes, store.profile.maxObjectBytes, largestFile(plan)),
      minBytes: rules.minBytes,
      // The last group is the narrowest; the others are checked when an upload is made.
      accept: rules.accept.at(-1) ?? [],
      maxFiles: rules.maxFiles,
      checksum,
      plan,
      batch: {
        create: MAX_FILES_PER_CREATE,
        sign: MAX_PARTS_PER_SIGN,
        complete: MAX_UPLOADS_PER_COMPLETE,
      },
      lanes: store.lanes,
      relay,
      removable: rules.removable,
      listParts: store.profile.listParts,
      ...(!anonymous && { caller: await tokens.callerMark(owner) }),
    });
  };
}
