/** The answer of Better Upload's server to its client, for the same sink: one PUT for each file. */
import { randomUUID } from 'node:crypto';
import type { Answer, Asked } from './http.ts';
import { SIGNATURE } from './signature.ts';
import type { SetUp } from './signer.ts';

interface AskedFiles {
  readonly files: readonly {
    readonly name: string;
    readonly size: number;
    readonly type: string;
  }[];
}

export function betterUpload({ body }: Pick<Asked, 'body'>, { lanes }: SetUp): Answer {
  const { files } = JSON.parse(body) as AskedFiles;
  const signed = files.map((file) => {
    const key = randomUUID();
    const signedUrl = `${lanes[0] ?? ''}/bucket/${key}?${SIGNATURE}`;
    return { signedUrl, headers: {}, file: { ...file, objectInfo: { key, metadata: {} } } };
  });
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files: signed, metadata: {} }),
  };
}
