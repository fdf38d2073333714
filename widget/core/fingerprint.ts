import type { HashPool } from './checksum/index.ts';
import type { Job } from './job.ts';

const SLICE_BYTES = 65_536;

/**
 * Tells a file from another one of the same name, size and date: by a hash of its first and last
 * 64 KiB, too.
 *
 * @throws DOMException when the file cannot be read.
 */
export async function fingerprint(
  endpoint: string,
  { file, path }: Job,
  pool: HashPool,
  signal: AbortSignal,
): Promise<string> {
  const ends = new Blob([file.slice(0, SLICE_BYTES), file.slice(-SLICE_BYTES)]);
  const hash = await pool.hash(ends, 'crc64nvme', signal);
  return [endpoint, path ?? file.name, file.size, file.lastModified, hash].join('\n');
}
