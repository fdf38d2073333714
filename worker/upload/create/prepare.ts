/** Calls the `prepare` hook and checks its answer. */
import type { Signer, SignerContext } from '../../context.ts';
import { answerOf } from '../../hooks.ts';
import { assertKey } from '../../object/key.ts';
import { metadataFor } from '../../object/metadata.ts';
import { covers } from '../../policy/policy.ts';
import { ProblemError } from '../../problem.ts';
import type { Upload } from '../upload.ts';

/**
 * The upload with the hook's changes.
 *
 * @throws ProblemError `forbidden` with the hook's reason, or `misconfigured` for an invalid answer.
 */
export async function prepareUpload(
  signer: Signer,
  c: SignerContext,
  draft: Upload,
): Promise<Upload> {
  const { hooks } = signer;
  const ask = () => hooks.prepare?.(draft, c.get('caller'));
  const answer = await answerOf(c.get('log'), 'prepare', ask);
  if (answer?.refuse !== undefined) throw new ProblemError('forbidden', answer.refuse);
  if (answer?.key === undefined && answer?.metadata === undefined) return draft;
  const { key = draft.key, metadata } = answer;
  if (key !== draft.key) assertUsable(c, { ...draft, key });
  return {
    ...draft,
    key,
    object: {
      ...draft.object,
      ...(metadata && { metadata: checkMetadata(metadata) }),
      // The hook may give other uploads the same key.
      ...(key !== draft.key && { ifNoneMatch: true }),
    },
  };
}

function assertUsable(c: SignerContext, upload: Upload): void {
  try {
    assertKey(upload.key);
  } catch (cause) {
    throw new ProblemError('misconfigured', 'The prepare hook returned an invalid key.', { cause });
  }
  if (!covers(c.get('rules'), upload)) {
    throw new ProblemError(
      'misconfigured',
      'The key that the prepare hook returned is outside the caller’s prefix.',
    );
  }
}

function checkMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(metadata).map((name) => name.toLowerCase());
  const kept = metadataFor({ metadata: names, fixedMetadata: {} }, metadata, 'metadata');
  if (Object.keys(kept).length === names.length) return kept;
  throw new ProblemError('misconfigured', 'The prepare hook set metadata with an invalid name.');
}
