/** An upload whose fields are all known, for tests of what is made of one. */
import type { Upload } from '../../worker/upload/upload.ts';

/** @param more what the test is about, and the times, which depend on its clock. */
export function fixedUpload(
  more: Partial<Upload> & Pick<Upload, 'createdAt' | 'expiresAt'>,
): Upload {
  return {
    v: 1,
    id: '01890000-0000-7000-8000-000000000000',
    owner: 'alice',
    key: 'a/b.bin',
    name: 'b.bin',
    type: 'image/png',
    bytes: 10,
    checksum: 'sha256',
    mark: 'mark',
    urlSeconds: 900,
    ...more,
  };
}
