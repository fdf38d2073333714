import { hashOnPage } from './checksum/index.ts';
import type { Engine } from './engine.ts';
import type { Job } from './job.ts';

const SLICE_BYTES = 65_536;

/**
 * Tells a file from another one of the same name, size and date, by a hash of its first and last
 * 64 KiB, and from the same one of another caller.
 *
 * @throws DOMException when the file cannot be read.
 */
export async function fingerprint(engine: Engine, job: Job): Promise<string> {
  const { file } = job;
  const ends = new Blob([file.slice(0, SLICE_BYTES), file.slice(-SLICE_BYTES)]);
  const value = await hashOnPage(ends, 'crc64nvme');
  return headOf(engine, job) + value;
}

/** What a fingerprint begins with: all that is known of a file without reading it. */
export function headOf({ signer, policy }: Engine, job: Job): string {
  const { name, size, lastModified } = job.file;
  const owner = (job.owner ??= `${signer.endpoint}\n${policy?.caller ?? ''}`);
  return [owner, name, size, lastModified, ''].join('\n');
}
