/** Remembers for which file an id was first signed, because a form cannot refuse to replace an object. */
import { ProblemError } from '../problem.ts';
import type { Upload } from './upload.ts';

/** Binds the upload's id to its checksum. @throws ProblemError `conflict` if it is bound to another one. */
export type BindFile = (upload: Upload) => void;

const REMEMBERED = 10_000;

/**
 * Remembers the last ten thousand ids as long as the isolate lives. That is longer than reservations
 * without the Durable Object last (see local-reservations.ts), because forms are valid for longer, and
 * it does not depend on limits. It does not see two Creates of one id that reach two isolates before
 * the record of a Complete does: each may get a form for a different file, and until the forms expire,
 * the later file replaces the earlier one. With the Durable Object, the second Create is refused.
 */
export function createFileBinder(): BindFile {
  const sums = new Map<string, string>();
  return ({ owner, id, fileChecksum = '' }) => {
    const name = `${owner} ${id}`;
    const bound = sums.get(name);
    if (bound !== undefined && bound !== fileChecksum) {
      throw new ProblemError('conflict', 'This id belongs to a file with another checksum.');
    }
    sums.set(name, fileChecksum);
    const [oldest] = sums.keys();
    if (sums.size > REMEMBERED && oldest !== undefined) sums.delete(oldest);
  };
}
